import { WebhookLogService } from '#inventory';
import { Controller, Get, HttpCode, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import Type from 'typebox';
import { LinkHeader, linkToNextPage } from '../http/link.js';
import { ReplayedHeader, WRITE_REFUSALS, WriteHeaders } from '../idempotency/idempotency-schema.js';
import { IdempotentWrites } from '../idempotency/idempotent-writes.js';
import { withTimes } from '../http/time-range.js';
import { IdParameter } from '../identifiers-schema.js';
import { ApiKeyGuard, operationsRoute } from '../operations/api-key.guard.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import { WebhookDelivery, WebhookDeliveryPage, WebhookDeliveryQuery } from './webhook-schema.js';

const route = (role: 'viewer' | 'operator') => ({ ...operationsRoute(role), tags: ['webhooks'] });

/** The log of deliveries. */
@Controller('webhook-deliveries')
@UseGuards(ApiKeyGuard)
export class WebhookDeliveriesController {
  constructor(
    private readonly deliveries: WebhookLogService,
    private readonly writes: IdempotentWrites,
  ) {}

  @Get()
  @RouteSchema({
    ...route('viewer'),
    operationId: 'listWebhookDeliveries',
    summary: 'Deliveries of events to webhook endpoints, newest first',
    description: 'What is on its way, what has arrived, and what was given up. Kept for 30 days.',
    querystring: WebhookDeliveryQuery,
    response: { 200: { ...WebhookDeliveryPage, headers: LinkHeader }, ...PROBLEM_RESPONSES },
    'x-refusals': ['DATABASE.UNAVAILABLE'],
  })
  async list(
    @Query() query: WebhookDeliveryQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const page = await this.deliveries.list(withTimes(query));
    linkToNextPage(request, reply, page.nextCursor);
    return page;
  }

  @Get(':id')
  @RouteSchema({
    ...route('viewer'),
    operationId: 'getWebhookDelivery',
    summary: 'One delivery, with its body',
    description: 'The body is what was signed.',
    params: IdParameter,
    response: { 200: WebhookDelivery, ...PROBLEM_RESPONSES },
    'x-refusals': ['WEBHOOK_DELIVERY.UNKNOWN', 'DATABASE.UNAVAILABLE'],
  })
  async get(@Param('id') id: string) {
    return this.deliveries.get(id);
  }

  @Post(':id/resend')
  @HttpCode(200)
  @RouteSchema({
    ...route('operator'),
    operationId: 'resendWebhookDelivery',
    summary: 'Send an event again',
    description: 'Under the same event id and sequence number, whether it has arrived before or not.',
    params: IdParameter,
    headers: WriteHeaders,
    response: {
      200: Type.Object(WebhookDelivery.properties, {
        title: 'WebhookDelivery',
        description: 'it is on its way',
        headers: ReplayedHeader,
      }),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': [...WRITE_REFUSALS, 'WEBHOOK_DELIVERY.UNKNOWN'],
  })
  async resend(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.writes.answer(request, reply, async (transaction) => ({
      status: 200,
      body: await this.deliveries.resend(id, transaction),
      audited: { action: 'webhook_delivery.resent', subjectType: 'webhook_delivery', subjectId: id },
    }));
  }
}
