import { RestockProgressService, RestockService } from '#inventory';
import { Body, Controller, Get, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import Type from 'typebox';
import {
  ETagHeader,
  evaluatePreconditions,
  PreconditionHeaders,
  sendRepresentation,
} from '../http/precondition.js';
import { KeyHeaders, ReplayedHeader, WRITE_REFUSALS } from '../idempotency/idempotency-schema.js';
import { IdempotentWrites, operatorOf } from '../idempotency/idempotent-writes.js';
import { linkToNextPage, LinkHeader } from '../http/link.js';
import { locationHeader } from '../http/location.js';
import { varyBy } from '../http/vary.js';
import { withTimes } from '../http/time-range.js';
import { IdParameter } from '../identifiers-schema.js';
import { ApiKeyGuard, operationsRoute } from '../operations/api-key.guard.js';
import { PUBLIC_ROUTE } from '../operations/authentication.js';
import { Resolution } from '../operations/resolution-schema.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import {
  orderTag,
  orderView,
  orderWithTimelineView,
  publicOrderView,
  RestockOrderPage,
  RestockOrderQuery,
  RestockOrderWithTimeline,
  ShownRestockOrderWithTimeline,
} from './restock-order-schema.js';

@Controller('restock-orders')
export class RestockOrdersController {
  constructor(
    private readonly restock: RestockService,
    private readonly progress: RestockProgressService,
    private readonly writes: IdempotentWrites,
  ) {}

  @Get()
  @RouteSchema({
    ...PUBLIC_ROUTE,
    tags: ['restock orders'],
    operationId: 'listRestockOrders',
    summary: 'Restock orders, newest first',
    description: 'With the operations key: how each fares at the factory as well.',
    querystring: RestockOrderQuery,
    response: { 200: { ...RestockOrderPage, headers: LinkHeader }, ...PROBLEM_RESPONSES },
    'x-refusals': ['DATABASE.UNAVAILABLE'],
  })
  async list(
    @Query() query: RestockOrderQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { items, nextCursor } = await this.restock.list(withTimes(query));
    linkToNextPage(request, reply, nextCursor);
    varyBy(reply, 'X-Api-Key');
    return { items: items.map(request.operator ? orderView : publicOrderView), nextCursor };
  }

  @Get(':id')
  @RouteSchema({
    ...PUBLIC_ROUTE,
    tags: ['restock orders'],
    operationId: 'getRestockOrder',
    summary: 'One restock order',
    description:
      'With the operations key: how it fares at the factory, and its timeline, as well. The timeline is deleted some time after the order was closed; the order stays.',
    params: IdParameter,
    headers: Type.Object(PreconditionHeaders),
    response: {
      200: Type.Object(ShownRestockOrderWithTimeline.properties, {
        title: 'ShownRestockOrderWithTimeline',
        description: 'the restock order',
        headers: ETagHeader,
      }),
      304: Type.Null({ description: 'as the client has it', headers: ETagHeader }),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': ['RESTOCK_ORDER.UNKNOWN', 'DATABASE.UNAVAILABLE'],
  })
  async get(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const found = await this.restock.get(id);
    varyBy(reply, 'X-Api-Key');
    const body = request.operator ? orderWithTimelineView(found) : publicOrderView(found.order);
    sendRepresentation(request, reply, { tag: orderTag(body), body });
  }

  @Post(':id/cancel')
  @UseGuards(ApiKeyGuard)
  @RouteSchema({
    ...operationsRoute('operator'),
    operationId: 'cancelRestockOrder',
    summary: 'Give an order up, so that the SKU can be ordered again',
    description: '`If-Match` compares the `ETag` of the order as GET shows it to operators.',
    params: IdParameter,
    headers: Type.Object({ ...PreconditionHeaders, ...KeyHeaders }),
    body: Resolution,
    response: {
      200: Type.Object(RestockOrderWithTimeline.properties, {
        title: 'RestockOrderWithTimeline',
        description: 'cancelled',
        headers: {
          ...ETagHeader,
          ...ReplayedHeader,
          ...locationHeader('/restock-orders/{id}', 'the order', 'Content-Location'),
        },
      }),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': [...WRITE_REFUSALS, 'RESTOCK_ORDER.UNKNOWN', 'RESTOCK_ORDER.CLOSED'],
  })
  async cancel(
    @Param('id') id: string,
    @Body() resolution: Resolution | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const note = resolution?.note ?? undefined;
    await this.writes.answer(request, reply, async (transaction) => {
      const current = await this.restock.lock(transaction, id);
      evaluatePreconditions(request, orderTag(orderWithTimelineView(current)));
      await this.progress.cancel(id, operatorOf(request), note ?? 'no note', transaction);
      const body = orderWithTimelineView(await this.restock.get(id, transaction));
      // The body is not what is at the URL of the request: it is the order itself, and so is the tag.
      return {
        status: 200,
        headers: { ETag: orderTag(body), 'Content-Location': `/restock-orders/${id}` },
        body,
        audited: {
          action: 'restock_order.cancelled',
          subjectType: 'restock_order',
          subjectId: id,
          note,
          oldValues: { status: current.order.status },
          newValues: { status: body.status },
        },
      };
    });
  }
}
