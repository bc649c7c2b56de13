import { RestockProgressService, RestockService } from '#inventory';
import { Body, Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { IdParameter } from '../identifiers.schema.js';
import { ApiKeyGuard, OPERATIONS_ROUTE } from '../operations/api-key.guard.js';
import { Resolution, resolutionOf } from '../operations/resolution.schema.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import {
  RestockOrder,
  RestockOrderPage,
  RestockOrderQuery,
  RestockOrderWithTimeline,
} from './restock-order.schema.js';

@Controller('restock-orders')
export class RestockOrdersController {
  constructor(
    private readonly restock: RestockService,
    private readonly progress: RestockProgressService,
  ) {}

  @Get()
  @RouteSchema({
    tags: ['restock orders'],
    summary: 'Restock orders, newest first',
    querystring: RestockOrderQuery,
    response: { 200: RestockOrderPage, ...PROBLEM_RESPONSES },
  })
  async list(@Query() query: RestockOrderQuery) {
    return this.restock.list(query);
  }

  @Get(':id')
  @RouteSchema({
    tags: ['restock orders'],
    summary: 'One restock order and its timeline',
    params: IdParameter,
    response: { 200: RestockOrderWithTimeline, ...PROBLEM_RESPONSES },
  })
  async get(@Param('id') id: string) {
    const { order, timeline } = await this.restock.get(id);
    return {
      ...order,
      timeline: timeline.map(({ createdAt, kind, detail }) => ({ at: createdAt, kind, detail })),
    };
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @UseGuards(ApiKeyGuard)
  @RouteSchema({
    ...OPERATIONS_ROUTE,
    summary: 'Give an order up, so that the SKU can be ordered again',
    params: IdParameter,
    body: Resolution,
    response: { 200: RestockOrder, ...PROBLEM_RESPONSES },
  })
  async cancel(@Param('id') id: string, @Body() body?: Resolution) {
    const { by, note } = resolutionOf(body);
    return this.progress.cancel(id, by, note ?? 'no note');
  }
}
