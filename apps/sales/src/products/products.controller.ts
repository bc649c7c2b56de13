import {
  AdjustmentService,
  LedgerService,
  MovementListService,
  ProductService,
  type ProductWithStock,
  RestockService,
} from '#inventory';
import { Body, Controller, Get, Param, Patch, Post, Put, Query, Req, Res, UseGuards } from '@nestjs/common';
import { RouteConfig, RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import Type from 'typebox';
import {
  ETagHeader,
  evaluatePreconditions,
  PreconditionHeaders,
  sendRepresentation,
} from '../http/precondition.js';
import { linkToNextPage, LinkHeader } from '../http/link.js';
import { withTimes } from '../http/time-range.js';
import { locationHeader } from '../http/location.js';
import { type CacheableRoute } from '../http/response-headers.js';
import { varyBy } from '../http/vary.js';
import { KeyHeaders, ReplayedHeader, WRITE_REFUSALS } from '../idempotency/idempotency-schema.js';
import { IdempotentWrites, operatorOf } from '../idempotency/idempotent-writes.js';
import { type Transaction } from '../idempotency/idempotent-writes.js';
import { SkuParameter } from '../identifiers-schema.js';
import { ApiKeyGuard, operationsRoute } from '../operations/api-key.guard.js';
import { PUBLIC_ROUTE } from '../operations/authentication.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import { assertSkuOfPath, productAnswer, refuseOpeningStock } from './product-answers.js';
import { changedRules, savedRules } from './product-rules-schema.js';
import { MovementPage, MovementQuery, movementView } from './movement-schema.js';
import {
  AdjustStock,
  ChangeProduct,
  Ledger,
  ledgerView,
  Product,
  ProductPage,
  ProductQuery,
  productTag,
  productView,
  publicProductTag,
  publicProductView,
  rulesPart,
  SaveProduct,
  ShownProduct,
} from './product-schema.js';

const WRITE_HEADERS = Type.Object({ ...PreconditionHeaders, ...KeyHeaders });
const saved = (description: string, headers = {}) =>
  Type.Object(Product.properties, {
    title: 'Product',
    description,
    headers: { ...ETagHeader, ...ReplayedHeader, ...headers },
  });

/** In the ledger, as the seed has it. */
const OPENING_STOCK = 'opening stock';
const INTERNAL_RULES = 'With the operations key: the internal rules as well, all that PUT takes.';
/** A cache may keep it, and asks each time whether it is still true: stock of a second ago can be sold out. */
const REVALIDATED: CacheableRoute = { cacheControl: 'public, no-cache' };

@Controller('products')
export class ProductsController {
  constructor(
    private readonly products: ProductService,
    private readonly adjustments: AdjustmentService,
    private readonly restock: RestockService,
    private readonly ledgers: LedgerService,
    private readonly movements: MovementListService,
    private readonly writes: IdempotentWrites,
  ) {}

  @Get()
  @RouteConfig(REVALIDATED)
  @RouteSchema({
    ...PUBLIC_ROUTE,
    tags: ['products'],
    operationId: 'listProducts',
    summary: 'All products with their stock, in SKU order',
    description: INTERNAL_RULES,
    querystring: ProductQuery,
    response: { 200: { ...ProductPage, headers: LinkHeader }, ...PROBLEM_RESPONSES },
    'x-refusals': ['DATABASE.UNAVAILABLE'],
  })
  async list(
    @Query() query: ProductQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { items, nextCursor } = await this.products.list(query);
    linkToNextPage(request, reply, nextCursor);
    varyBy(reply, 'X-Api-Key');
    return { items: items.map(request.operator ? productView : publicProductView), nextCursor };
  }

  @Get(':sku')
  @RouteConfig(REVALIDATED)
  @RouteSchema({
    ...PUBLIC_ROUTE,
    tags: ['products'],
    operationId: 'getProduct',
    summary: 'One product with its stock',
    description: INTERNAL_RULES,
    params: SkuParameter,
    headers: Type.Object(PreconditionHeaders),
    response: {
      200: Type.Object(ShownProduct.properties, {
        title: 'ShownProduct',
        description: 'the product',
        headers: ETagHeader,
      }),
      304: Type.Null({ description: 'as the client has it, the stock included', headers: ETagHeader }),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': ['SKU.UNKNOWN', 'DATABASE.UNAVAILABLE'],
  })
  async get(@Param('sku') sku: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const found = await this.products.get(sku);
    varyBy(reply, 'X-Api-Key');
    sendRepresentation(
      request,
      reply,
      request.operator
        ? { tag: productTag(found), body: productView(found) }
        : { tag: publicProductTag(found), body: publicProductView(found) },
    );
  }

  @Get(':sku/ledger')
  @UseGuards(ApiKeyGuard)
  @RouteSchema({
    ...operationsRoute('viewer'),
    operationId: 'getLedger',
    summary: 'The books of a product: its movements and its sales added up, and its stock',
    description: 'In units. `onHand` is the sum of the movements.',
    params: SkuParameter,
    response: { 200: Ledger, ...PROBLEM_RESPONSES },
    'x-refusals': ['SKU.UNKNOWN', 'DATABASE.UNAVAILABLE'],
  })
  async ledger(@Param('sku') sku: string) {
    return ledgerView(await this.ledgers.of(sku));
  }

  @Get(':sku/movements')
  @UseGuards(ApiKeyGuard)
  @RouteSchema({
    ...operationsRoute('viewer'),
    operationId: 'listMovements',
    summary: 'The ledger of a product, movement by movement, newest first',
    description: 'In units. The sales of one moment are one movement.',
    params: SkuParameter,
    querystring: MovementQuery,
    response: { 200: { ...MovementPage, headers: LinkHeader }, ...PROBLEM_RESPONSES },
    'x-refusals': ['SKU.UNKNOWN', 'DATABASE.UNAVAILABLE'],
  })
  async listMovements(
    @Param('sku') sku: string,
    @Query() query: MovementQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { items, nextCursor } = await this.movements.list(sku, withTimes(query));
    linkToNextPage(request, reply, nextCursor);
    return { items: items.map(movementView), nextCursor };
  }

  @Put(':sku')
  @UseGuards(ApiKeyGuard)
  @RouteSchema({
    ...operationsRoute('admin'),
    operationId: 'saveProduct',
    summary: 'Create a product, or replace its description and rules',
    description: [
      'Takes what GET answers. A rule that may be left out is then as in a product that has none.',
      'A new product with stock at its reorder point is ordered at once; `openingStock` is there before that.',
      '`If-Match` compares the rules alone: sales in between do no harm.',
    ].join(' '),
    params: SkuParameter,
    headers: WRITE_HEADERS,
    body: SaveProduct,
    response: {
      200: saved('replaced'),
      201: saved('created', locationHeader('/products/{sku}', 'the product')),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': [...WRITE_REFUSALS, 'FACTORY.UNKNOWN', 'PRODUCT.RULES_CONTRADICT'],
  })
  async save(
    @Param('sku') sku: string,
    @Body() product: SaveProduct,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    assertSkuOfPath(sku, product);
    const { openingStock } = product;
    await this.writes.answer(request, reply, async (transaction) => {
      const current = await this.products.lock(transaction, sku);
      evaluatePreconditions(request, current && productTag(current), rulesPart);
      const { created } = await this.products.save({ sku, ...savedRules(product) }, transaction);
      if (openingStock !== undefined) {
        if (!created) refuseOpeningStock();
        await this.adjustments.adjust(sku, openingStock, OPENING_STOCK, operatorOf(request), transaction);
      }
      await this.restock.review(sku, transaction);
      const answer = productAnswer(await this.products.get(sku, transaction), current, { openingStock });
      if (!created) return answer;
      return { ...answer, status: 201, headers: { ...answer.headers, Location: `/products/${sku}` } };
    });
  }

  @Patch(':sku')
  @UseGuards(ApiKeyGuard)
  @RouteSchema({
    ...operationsRoute('admin'),
    operationId: 'changeProduct',
    summary: 'Change some of the description and rules of a product',
    description: 'A JSON merge patch. `If-Match` compares the rules alone: sales in between do no harm.',
    consumes: ['application/merge-patch+json', 'application/json'],
    params: SkuParameter,
    headers: WRITE_HEADERS,
    body: ChangeProduct,
    response: { 200: saved('changed'), ...PROBLEM_RESPONSES },
    'x-refusals': [...WRITE_REFUSALS, 'SKU.UNKNOWN', 'FACTORY.UNKNOWN', 'PRODUCT.RULES_CONTRADICT'],
  })
  async change(
    @Param('sku') sku: string,
    @Body() change: ChangeProduct,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.writes.answer(request, reply, async (transaction) => {
      const current = await this.lockKnown(transaction, sku);
      evaluatePreconditions(request, productTag(current), rulesPart);
      await this.products.save({ ...current.product, ...changedRules(change) }, transaction);
      await this.restock.review(sku, transaction);
      return productAnswer(await this.products.get(sku, transaction), current);
    });
  }

  @Post(':sku/adjustments')
  @UseGuards(ApiKeyGuard)
  @RouteSchema({
    ...operationsRoute('operator'),
    operationId: 'adjustStock',
    summary: 'Correct the stock of a product by hand',
    description: '`If-Match` compares the stock as well as the rules.',
    params: SkuParameter,
    headers: WRITE_HEADERS,
    body: AdjustStock,
    response: {
      200: saved('adjusted', locationHeader('/products/{sku}', 'the product', 'Content-Location')),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': [...WRITE_REFUSALS, 'SKU.UNKNOWN', 'STOCK.NEGATIVE', 'STOCK.LIMIT_EXCEEDED'],
  })
  async adjust(
    @Param('sku') sku: string,
    @Body() { delta, note }: AdjustStock,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.writes.answer(request, reply, async (transaction) => {
      const current = await this.lockKnown(transaction, sku);
      evaluatePreconditions(request, productTag(current));
      await this.adjustments.adjust(sku, delta, note, operatorOf(request), transaction);
      const adjusted = await this.products.get(sku, transaction);
      const answer = productAnswer(adjusted, current);
      // The body is not what is at the URL of the request: it is the product itself, and so is the tag.
      return {
        ...answer,
        headers: { ...answer.headers, 'Content-Location': `/products/${sku}` },
        audited: {
          action: 'stock.adjusted',
          subjectType: 'stock',
          subjectId: sku,
          note,
          oldValues: { onHand: current.level.onHand },
          newValues: { onHand: adjusted.level.onHand },
        },
      };
    });
  }

  /** @throws InventoryError `SKU.UNKNOWN` */
  private async lockKnown(transaction: Transaction, sku: string): Promise<ProductWithStock> {
    return (await this.products.lock(transaction, sku)) ?? this.products.get(sku, transaction);
  }
}
