import { AdjustmentService, LedgerService, ProductService, RestockService } from '#inventory';
import { Body, Controller, Get, HttpCode, Param, Post, Put, Query, UseGuards } from '@nestjs/common';
import { RouteConfig, RouteSchema } from '@nestjs/platform-fastify';
import { type CacheableRoute } from '../http/response-headers.js';
import { SkuParameter } from '../identifiers.schema.js';
import { ApiKeyGuard, OPERATIONS_ROUTE } from '../operations/api-key.guard.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import {
  AdjustStock,
  Ledger,
  ledgerView,
  Product,
  ProductPage,
  ProductQuery,
  productView,
  SaveProduct,
} from './product.schema.js';

/** A cache may keep it, and asks each time whether it is still true: stock of a second ago can be sold out. */
const REVALIDATED: CacheableRoute = { cacheControl: 'public, no-cache' };

@Controller('products')
export class ProductsController {
  constructor(
    private readonly products: ProductService,
    private readonly adjustments: AdjustmentService,
    private readonly restock: RestockService,
    private readonly ledgers: LedgerService,
  ) {}

  @Get()
  @RouteConfig(REVALIDATED)
  @RouteSchema({
    tags: ['products'],
    summary: 'All products with their stock, in SKU order',
    querystring: ProductQuery,
    response: { 200: ProductPage, ...PROBLEM_RESPONSES },
  })
  async list(@Query() query: ProductQuery) {
    const { items, nextCursor } = await this.products.list(query);
    return { items: items.map(productView), nextCursor };
  }

  @Get(':sku')
  @RouteConfig(REVALIDATED)
  @RouteSchema({
    tags: ['products'],
    summary: 'One product with its stock',
    params: SkuParameter,
    response: { 200: Product, ...PROBLEM_RESPONSES },
  })
  async get(@Param('sku') sku: string) {
    return productView(await this.products.get(sku));
  }

  @Get(':sku/ledger')
  @UseGuards(ApiKeyGuard)
  @RouteSchema({
    ...OPERATIONS_ROUTE,
    summary: 'The books of a product: its movements and its sales added up, and its stock',
    params: SkuParameter,
    response: { 200: Ledger, ...PROBLEM_RESPONSES },
  })
  async ledger(@Param('sku') sku: string) {
    return ledgerView(await this.ledgers.of(sku));
  }

  @Put(':sku')
  @UseGuards(ApiKeyGuard)
  @RouteSchema({
    ...OPERATIONS_ROUTE,
    summary: 'Create a product, or replace its description and rules',
    params: SkuParameter,
    body: SaveProduct,
    response: { 200: Product, ...PROBLEM_RESPONSES },
  })
  async save(@Param('sku') sku: string, @Body() product: SaveProduct) {
    await this.products.save({ sku, ...product });
    await this.restock.review(sku);
    return productView(await this.products.get(sku));
  }

  @Post(':sku/adjustments')
  @HttpCode(200)
  @UseGuards(ApiKeyGuard)
  @RouteSchema({
    ...OPERATIONS_ROUTE,
    summary: 'Correct the stock of a product by hand',
    params: SkuParameter,
    body: AdjustStock,
    response: { 200: Product, ...PROBLEM_RESPONSES },
  })
  async adjust(@Param('sku') sku: string, @Body() { delta, note }: AdjustStock) {
    await this.adjustments.adjust(sku, delta, note);
    return productView(await this.products.get(sku));
  }
}
