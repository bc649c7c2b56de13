import { FactoryService } from '#inventory';
import { Body, Controller, Get, Param, Patch, Query, Req, Res, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import Type from 'typebox';
import { CallbackAddresses } from '../goods-receipts/callback-addresses.js';
import { LinkHeader, linkToNextPage } from '../http/link.js';
import { ReplayedHeader, WRITE_REFUSALS, WriteHeaders } from '../idempotency/idempotency-schema.js';
import { IdempotentWrites } from '../idempotency/idempotent-writes.js';
import { ApiKeyGuard, operationsRoute } from '../operations/api-key.guard.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import {
  ChangeFactory,
  Factory,
  FactoryPage,
  FactoryParameter,
  FactoryQuery,
  factoryView,
  settingsOf,
} from './factory-schema.js';

const route = (role: 'viewer' | 'admin') => ({ ...operationsRoute(role), tags: ['factories'] });

/** The factories that goods are ordered from. */
@Controller('factories')
@UseGuards(ApiKeyGuard)
export class FactoriesController {
  constructor(
    private readonly factories: FactoryService,
    private readonly writes: IdempotentWrites,
    private readonly addresses: CallbackAddresses,
  ) {}

  @Get()
  @RouteSchema({
    ...route('viewer'),
    operationId: 'listFactories',
    summary: 'Factories, in the order of their ids',
    description: 'Each with its lead times, whether it is away, and the orders that wait for it.',
    querystring: FactoryQuery,
    response: { 200: { ...FactoryPage, headers: LinkHeader }, ...PROBLEM_RESPONSES },
    'x-refusals': ['DATABASE.UNAVAILABLE'],
  })
  async list(
    @Query() query: FactoryQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { items, nextCursor } = await this.factories.list(query);
    linkToNextPage(request, reply, nextCursor);
    return { items: items.map(factoryView), nextCursor };
  }

  @Get(':id')
  @RouteSchema({
    ...route('viewer'),
    operationId: 'getFactory',
    summary: 'One factory',
    description: 'With its lead times, whether it is away, and the orders that wait for it.',
    params: FactoryParameter,
    response: { 200: Factory, ...PROBLEM_RESPONSES },
    'x-refusals': ['FACTORY.NOT_FOUND', 'DATABASE.UNAVAILABLE'],
  })
  async get(@Param('id') id: string) {
    return factoryView(await this.factories.get(id));
  }

  @Patch(':id')
  @RouteSchema({
    ...route('admin'),
    operationId: 'changeFactory',
    summary: 'Change a factory, such as its lead times or the addresses of its callbacks',
    description:
      'A JSON merge patch. Callbacks are held to a new list within two seconds. The times of the seeded factory are set anew by each migration with `--seed`, from `FACTORY_LEAD_TIME_SECONDS` and `FACTORY_OVERDUE_AFTER_SECONDS`.',
    consumes: ['application/merge-patch+json', 'application/json'],
    params: FactoryParameter,
    headers: WriteHeaders,
    body: ChangeFactory,
    response: {
      200: Type.Object(Factory.properties, {
        title: 'Factory',
        description: 'changed',
        headers: ReplayedHeader,
      }),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': [...WRITE_REFUSALS, 'FACTORY.NOT_FOUND'],
  })
  async change(
    @Param('id') id: string,
    @Body() change: ChangeFactory,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.writes.answer(request, reply, async (transaction) => {
      const { before, after } = await this.factories.change(transaction, id, change);
      return {
        status: 200,
        body: factoryView(after),
        audited: {
          action: 'factory.changed',
          subjectType: 'factory',
          subjectId: id,
          oldValues: settingsOf(before),
          newValues: settingsOf(after.factory),
        },
      };
    });
    this.addresses.forget();
  }
}
