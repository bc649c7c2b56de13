import { WEBHOOK_EVENT_TYPES, type WebhookEndpoint as Entity, WebhookEndpointService } from '#inventory';
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import Type from 'typebox';
import { SALES_ENVIRONMENT, type SalesEnvironment } from '../environment.js';
import { LinkHeader, linkToNextPage } from '../http/link.js';
import { locationHeader } from '../http/location.js';
import { ReplayedHeader, WRITE_REFUSALS, WriteHeaders } from '../idempotency/idempotency-schema.js';
import { IdempotentWrites, type WriteAnswer } from '../idempotency/idempotent-writes.js';
import { IdParameter } from '../identifiers-schema.js';
import { ApiKeyGuard, operationsRoute } from '../operations/api-key.guard.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import { requireAllowedUrl } from './endpoint-url.js';
import {
  AddWebhookEndpoint,
  ChangeWebhookEndpoint,
  endpointView,
  endpointWithSecretView,
  WebhookEndpoint,
  WebhookEndpointPage,
  WebhookEndpointQuery,
  WebhookEndpointWithSecret,
} from './webhook-schema.js';

const route = (role: 'viewer' | 'admin') => ({ ...operationsRoute(role), tags: ['webhooks'] });

const withSecret = (description: string, headers = {}) =>
  Type.Object(WebhookEndpointWithSecret.properties, {
    title: 'WebhookEndpointWithSecret',
    description,
    headers: { ...ReplayedHeader, ...headers },
  });

@Controller('webhook-endpoints')
@UseGuards(ApiKeyGuard)
export class WebhookEndpointsController {
  private readonly allowsPrivate: boolean;

  constructor(
    private readonly endpoints: WebhookEndpointService,
    private readonly writes: IdempotentWrites,
    @Inject(SALES_ENVIRONMENT) environment: SalesEnvironment,
  ) {
    this.allowsPrivate = environment.WEBHOOK_PRIVATE_ADDRESSES === 'allow';
  }

  @Get()
  @RouteSchema({
    ...route('viewer'),
    operationId: 'listWebhookEndpoints',
    summary: 'Webhook endpoints, newest first',
    description: 'Each with whether it is away. Their secrets are not shown.',
    querystring: WebhookEndpointQuery,
    response: { 200: { ...WebhookEndpointPage, headers: LinkHeader }, ...PROBLEM_RESPONSES },
    'x-refusals': ['DATABASE.UNAVAILABLE'],
  })
  async list(
    @Query() query: WebhookEndpointQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { items, nextCursor } = await this.endpoints.list(query);
    linkToNextPage(request, reply, nextCursor);
    return { items: items.map(endpointView), nextCursor };
  }

  @Get(':id')
  @RouteSchema({
    ...route('viewer'),
    operationId: 'getWebhookEndpoint',
    summary: 'One webhook endpoint',
    description: 'Without its secret.',
    params: IdParameter,
    response: { 200: WebhookEndpoint, ...PROBLEM_RESPONSES },
    'x-refusals': ['WEBHOOK_ENDPOINT.UNKNOWN', 'DATABASE.UNAVAILABLE'],
  })
  async get(@Param('id') id: string) {
    return endpointView(await this.endpoints.get(id));
  }

  @Post()
  @RouteSchema({
    ...route('admin'),
    operationId: 'addWebhookEndpoint',
    summary: 'Register a URL that is told of events',
    description:
      'The answer has the secret of its signatures, by the Standard Webhooks specification. It is told of what happens from five seconds later on.',
    headers: WriteHeaders,
    body: AddWebhookEndpoint,
    response: {
      201: withSecret('registered', locationHeader('/webhook-endpoints/{id}', 'the endpoint')),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': [...WRITE_REFUSALS, 'WEBHOOK_ENDPOINT.REFUSED'],
  })
  async add(
    @Body() { url, eventTypes = [...WEBHOOK_EVENT_TYPES], description = null }: AddWebhookEndpoint,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await requireAllowedUrl(url, this.allowsPrivate);
    await this.writes.answer(request, reply, async (transaction) => {
      const added = await this.endpoints.add(transaction, { url, eventTypes, description });
      return {
        status: 201,
        headers: { Location: `/webhook-endpoints/${added.id}` },
        body: endpointWithSecretView(added),
        audited: audited('webhook_endpoint.created', added.id, null, settingsOf(added)),
      };
    });
  }

  @Patch(':id')
  @RouteSchema({
    ...route('admin'),
    operationId: 'changeWebhookEndpoint',
    summary: 'Change a webhook endpoint, or disable or enable it',
    description: 'A JSON merge patch. It is tried again at once: what was wrong with it may be mended.',
    consumes: ['application/merge-patch+json', 'application/json'],
    params: IdParameter,
    headers: WriteHeaders,
    body: ChangeWebhookEndpoint,
    response: {
      200: Type.Object(WebhookEndpoint.properties, {
        title: 'WebhookEndpoint',
        description: 'changed',
        headers: ReplayedHeader,
      }),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': [...WRITE_REFUSALS, 'WEBHOOK_ENDPOINT.UNKNOWN', 'WEBHOOK_ENDPOINT.REFUSED'],
  })
  async change(
    @Param('id') id: string,
    @Body() change: ChangeWebhookEndpoint,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    if (change.url !== undefined) await requireAllowedUrl(change.url, this.allowsPrivate);
    await this.writes.answer(request, reply, async (transaction) => {
      const before = settingsOf(await this.endpoints.get(id, transaction));
      const changed = await this.endpoints.change(transaction, id, change);
      return {
        status: 200,
        body: endpointView(changed),
        audited: audited('webhook_endpoint.changed', id, before, settingsOf(changed)),
      };
    });
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @RouteSchema({
    ...route('admin'),
    operationId: 'rotateWebhookSecret',
    summary: 'Replace the secret of a webhook endpoint',
    description: 'For 24 hours each delivery has two signatures: by the new secret, and by the one before.',
    params: IdParameter,
    headers: WriteHeaders,
    response: { 200: withSecret('with its new secret'), ...PROBLEM_RESPONSES },
    'x-refusals': [...WRITE_REFUSALS, 'WEBHOOK_ENDPOINT.UNKNOWN'],
  })
  async rotateSecret(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.writes.answer(request, reply, async (transaction) => ({
      status: 200,
      body: endpointWithSecretView(await this.endpoints.rotateSecret(transaction, id)),
      audited: audited('webhook_endpoint.secret_rotated', id, null, null),
    }));
  }

  @Delete(':id')
  @RouteSchema({
    ...route('admin'),
    operationId: 'removeWebhookEndpoint',
    summary: 'Remove a webhook endpoint, with its deliveries',
    description: 'To keep them, disable it.',
    params: IdParameter,
    response: { 204: Type.Null({ description: 'removed' }), ...PROBLEM_RESPONSES },
    'x-refusals': ['WEBHOOK_ENDPOINT.UNKNOWN', 'DATABASE.UNAVAILABLE'],
  })
  async remove(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.writes.answer(request, reply, async (transaction) => {
      const removed = await this.endpoints.remove(transaction, id);
      return {
        status: 204,
        audited: audited('webhook_endpoint.removed', id, settingsOf(removed), null),
      };
    });
  }
}

/** What administrators say of it. Its secret is not among it. */
function settingsOf({ url, eventTypes, description, status }: Entity) {
  return { url, eventTypes, description, status };
}

function audited(
  action: string,
  subjectId: string,
  oldValues: Record<string, unknown> | null,
  newValues: Record<string, unknown> | null,
): WriteAnswer['audited'] {
  return { action, subjectType: 'webhook_endpoint', subjectId, oldValues, newValues };
}
