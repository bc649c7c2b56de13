import { Clock, SaleSearchService, SaleService, type Shortage } from '#inventory';
import { Body, Controller, Get, Headers, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { RouteConfig, RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { Counter, Registry } from 'prom-client';
import Type from 'typebox';
import { linkToNextPage, LinkHeader } from '../http/link.js';
import { locationHeader } from '../http/location.js';
import { ReplayedHeader } from '../idempotency/idempotency-schema.js';
import { withTimes } from '../http/time-range.js';
import { IdParameter } from '../identifiers-schema.js';
import { varyBy } from '../http/vary.js';
import { ApiKeyGuard, operationsRoute } from '../operations/api-key.guard.js';
import { PUBLIC_ROUTE } from '../operations/authentication.js';
import { ApiError, PROBLEM_RESPONSES, type Refusal, sendProblem, type Sentence } from '../problem/problem.js';
import { LIMITED_PER_CLIENT, RATE_LIMIT_HEADERS } from '../rate-limit.js';
import { backorderOf } from './backorder.js';
import { CustomerTokens } from './customer-tokens.js';
import { ReleasableConnection } from './releasable-connection.js';
import {
  PlacedSale,
  PlaceSale,
  Sale,
  SaleHeaders,
  SalePage,
  SaleQuery,
  SaleTokenHeader,
} from './sale-schema.js';
import { SaleTokens } from './sale-tokens.js';

/** Sales are not stored with the id of their client: it is a part of their key. */
const KEY_MISSING: Sentence = {
  en: 'querystring/clientId needs idempotencyKey beside it.',
  ko: 'querystring/clientId는 idempotencyKey와 함께 보내야 합니다.',
};

const STATUS_OF = { CONFIRMED: 201, WAITING: 202, ENDED: 200 };

function placed(description: string) {
  return Type.Object(PlacedSale.properties, {
    title: 'PlacedSale',
    description,
    headers: { ...locationHeader('/sales/{id}', 'the sale'), ...ReplayedHeader, ...RATE_LIMIT_HEADERS },
  });
}

@Controller('sales')
export class SalesController {
  private readonly counters: Record<
    'confirmed' | 'waiting' | 'replayed' | 'refused' | 'shed',
    Counter.Internal
  >;

  constructor(
    private readonly sales: SaleService,
    private readonly search: SaleSearchService,
    private readonly tokens: SaleTokens,
    private readonly clock: Clock,
    private readonly customers: CustomerTokens,
    registry: Registry,
  ) {
    const outcomes = new Counter({
      name: 'donut_states_sales_total',
      help: 'Answered requests for a sale, by outcome. A replayed answer is no new sale.',
      labelNames: ['outcome'],
      registers: [registry],
    });
    // Looked up once: finding a counter by its label costs more than counting.
    this.counters = {
      confirmed: outcomes.labels('confirmed'),
      waiting: outcomes.labels('waiting'),
      replayed: outcomes.labels('replayed'),
      refused: outcomes.labels('refused'),
      shed: outcomes.labels('shed'),
    };
  }

  /** Answers once the outcome is on disk. A refusal is an outcome: it is answered, not thrown. */
  @Post()
  @RouteConfig(LIMITED_PER_CLIENT)
  @RouteSchema({
    tags: ['sales'],
    operationId: 'placeSale',
    summary: 'Buy, all lines or none',
    description:
      'Answers when the outcome is on disk. With `Idempotency-Key` a repeat is safe: all repeats together make one sale, and get its answer. With `onShortage: backorder` a sale that is short waits: its `position` is the place in line for the goods.',
    body: PlaceSale,
    headers: SaleHeaders,
    response: {
      200: placed('with `Idempotent-Replayed`: it was cancelled, or has expired, since'),
      201: placed('sold; with `Idempotent-Replayed`, sold before under this key'),
      202: placed('it waits for goods, which are its own when they come'),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': [
      'STOCK.INSUFFICIENT',
      'SKU.UNKNOWN',
      'PRODUCT.DISCONTINUED',
      'SALE.NOT_OPEN',
      'SALE.CUSTOMER_REQUIRED',
      'SALE.LIMIT_REACHED',
      'CUSTOMER.TOKEN_REFUSED',
      'SALE.QUANTITY_EXCEEDED',
      'SALE.KEY_REUSED',
      'SALE.KEY_IN_USE',
      'SALE.OVERLOADED',
      'DATABASE.UNAVAILABLE',
      'REQUEST.RATE_LIMITED',
    ],
  })
  async place(
    @Body() { lines, customerEmail, onShortage, waitUntil }: PlaceSale,
    @Headers() headers: SaleHeaders,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const token = headers['x-customer-token'];
    const customerId = token === undefined ? undefined : await this.customers.idOf(token);
    const connection = new ReleasableConnection(reply.raw);
    const outcome = await this.sales.place({
      lines,
      customerEmail: customerEmail ?? undefined,
      backorder: backorderOf(onShortage, waitUntil, this.clock.localNow()),
      customerId,
      idempotencyKey: headers['idempotency-key'],
      clientId: headers['x-client-id'],
      isAbandoned: () => connection.isClosed,
    });
    connection.release();
    switch (outcome.kind) {
      case 'CONFIRMED':
      case 'WAITING':
      case 'ENDED':
        this.counters[
          outcome.replayed ? 'replayed' : outcome.kind === 'WAITING' ? 'waiting' : 'confirmed'
        ].inc();
        if (outcome.replayed) void reply.header('Idempotent-Replayed', 'true');
        void reply
          .code(STATUS_OF[outcome.kind])
          .header('Location', `/sales/${outcome.sale.id}`)
          .send({ ...outcome.sale, token: this.tokens.of(outcome.sale.id) });
        break;
      case 'REFUSED':
        this.counters.refused.inc();
        sendProblem(reply, insufficientStock(outcome.shortages));
        break;
      case 'OVERLOADED':
      case 'ABANDONED': // the client has left, so that any answer will do
        this.counters.shed.inc();
        sendProblem(reply, { code: 'SALE.OVERLOADED' });
        break;
    }
  }

  @Get()
  @UseGuards(ApiKeyGuard)
  @RouteSchema({
    ...operationsRoute('viewer'),
    tags: ['sales'],
    operationId: 'listSales',
    summary: 'Sales, newest first',
    description: 'By key, customer, product and time: all that are given must be so.',
    querystring: SaleQuery,
    response: { 200: { ...SalePage, headers: LinkHeader }, ...PROBLEM_RESPONSES },
    'x-refusals': ['DATABASE.UNAVAILABLE'],
  })
  async list(
    @Query() query: SaleQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (query.clientId !== undefined && query.idempotencyKey === undefined) {
      throw new ApiError('REQUEST.REFUSED', KEY_MISSING);
    }
    const page = await this.search.list(withTimes(query));
    linkToNextPage(request, reply, page.nextCursor);
    return page;
  }

  @Get(':id')
  @RouteSchema({
    ...PUBLIC_ROUTE,
    tags: ['sales'],
    operationId: 'getSale',
    summary: 'One sale',
    description: [
      "Whoever has the id of a sale may look at it. `customerEmail` is shown to the buyer, by the sale's token in",
      '`X-Sale-Token`, and to operators; it is null for everybody else.',
    ].join(' '),
    params: IdParameter,
    headers: SaleTokenHeader,
    response: { 200: Sale, ...PROBLEM_RESPONSES },
    'x-refusals': ['SALE.TOKEN_WRONG', 'SALE.UNKNOWN', 'DATABASE.UNAVAILABLE'],
  })
  async get(
    @Param('id') id: string,
    @Headers() headers: SaleTokenHeader,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    varyBy(reply, 'X-Api-Key');
    varyBy(reply, 'X-Sale-Token');
    // Before the look into the database, which a guess then does not cost.
    const isBuyer = this.tokens.admit(id, headers['x-sale-token']);
    const sale = await this.sales.get(id);
    return isBuyer || request.operator ? sale : { ...sale, customerEmail: null };
  }
}

function insufficientStock(shortages: Shortage[]): Refusal {
  const inWords = (words: (shortage: Shortage) => string) => shortages.map(words).join('; ');
  return {
    code: 'STOCK.INSUFFICIENT',
    detail: {
      en: inWords(
        ({ sku, requestedQuantity, availableQuantity }) =>
          `${sku}: ${requestedQuantity} wanted, ${availableQuantity} there`,
      ),
      ko: inWords(
        ({ sku, requestedQuantity, availableQuantity }) =>
          `${sku}: ${requestedQuantity}개를 주문했지만 ${availableQuantity}개가 있습니다`,
      ),
    },
    facts: { shortages },
  };
}
