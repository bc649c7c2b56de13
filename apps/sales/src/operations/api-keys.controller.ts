import { ApiKeyService, type NewApiKey } from '#inventory';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import Type from 'typebox';
import { LinkHeader, linkToNextPage } from '../http/link.js';
import { operatorOf } from '../idempotency/idempotent-writes.js';
import { IdParameter } from '../identifiers-schema.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import { ApiKeyGuard, operationsRoute } from './api-key.guard.js';
import {
  AddApiKey,
  ApiKey,
  ApiKeyPage,
  ApiKeyQuery,
  apiKeyView,
  ApiKeyWithSecret,
  Operator,
  RotateApiKey,
} from './api-key-schema.js';
import { OperationsKeys } from './operations-keys.js';

const ROUTE = { ...operationsRoute('admin'), tags: ['operators'] };

const DEFAULT_OVERLAP_SECONDS = 86_400;

const withSecret = (description: string) =>
  Type.Object(ApiKeyWithSecret.properties, { title: 'ApiKeyWithSecret', description });

/** The keys of operators. Its writes take no idempotency key: an answer with a key must not be stored. */
@Controller()
@UseGuards(ApiKeyGuard)
export class ApiKeysController {
  constructor(
    private readonly apiKeys: ApiKeyService,
    private readonly keys: OperationsKeys,
  ) {}

  @Get('operator')
  @RouteSchema({
    ...operationsRoute('viewer'),
    tags: ['operators'],
    operationId: 'getOperator',
    summary: 'Whose key this is',
    description: 'Its name stands in the audit, and its role says what it may do.',
    response: { 200: Operator, ...PROBLEM_RESPONSES },
  })
  operator(@Req() { operator }: FastifyRequest) {
    return operator;
  }

  @Get('api-keys')
  @RouteSchema({
    ...ROUTE,
    operationId: 'listApiKeys',
    summary: 'The keys of operators, by name',
    description: 'Without the keys themselves, which nobody can read again.',
    querystring: ApiKeyQuery,
    response: { 200: { ...ApiKeyPage, headers: LinkHeader }, ...PROBLEM_RESPONSES },
  })
  async list(
    @Query() query: ApiKeyQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { items, nextCursor } = await this.apiKeys.list(query);
    linkToNextPage(request, reply, nextCursor);
    return { items: items.map(apiKeyView), nextCursor };
  }

  @Post('api-keys')
  @RouteSchema({
    ...ROUTE,
    operationId: 'addApiKey',
    summary: 'Make a key for an operator',
    description: 'It is valid at once. The answer is the only place where it stands.',
    body: AddApiKey,
    response: { 201: withSecret('made'), ...PROBLEM_RESPONSES },
    'x-refusals': ['API_KEY.NAME_TAKEN'],
  })
  async add(@Body() { name, role }: AddApiKey, @Req() request: FastifyRequest) {
    return newKeyView(await this.apiKeys.create(name, role, operatorOf(request)));
  }

  @Post('api-keys/:id/rotate')
  @HttpCode(200)
  @RouteSchema({
    ...ROUTE,
    operationId: 'rotateApiKey',
    summary: 'Replace a key by another of the same name and role',
    description: 'Both are valid for a day, or for `overlapSeconds`.',
    params: IdParameter,
    body: RotateApiKey,
    response: { 200: withSecret('with its new key'), ...PROBLEM_RESPONSES },
    'x-refusals': ['API_KEY.UNKNOWN', 'API_KEY.REVOKED'],
  })
  async rotate(
    @Param('id') id: string,
    @Body() body: RotateApiKey | undefined,
    @Req() request: FastifyRequest,
  ) {
    const overlapMs = (body?.overlapSeconds ?? DEFAULT_OVERLAP_SECONDS) * 1_000;
    const rotated = await this.apiKeys.rotate(id, overlapMs, operatorOf(request));
    this.keys.forget();
    return newKeyView(rotated);
  }

  @Post('api-keys/:id/revoke')
  @HttpCode(200)
  @RouteSchema({
    ...ROUTE,
    operationId: 'revokeApiKey',
    summary: 'End a key, and the one before its rotation',
    description: 'Every process refuses it within two seconds.',
    params: IdParameter,
    response: { 200: ApiKey, ...PROBLEM_RESPONSES },
    'x-refusals': ['API_KEY.UNKNOWN', 'API_KEY.REVOKED'],
  })
  async revoke(@Param('id') id: string, @Req() request: FastifyRequest) {
    const revoked = await this.apiKeys.revoke(id, operatorOf(request));
    this.keys.forget();
    return apiKeyView(revoked);
  }
}

function newKeyView({ apiKey, key }: NewApiKey) {
  return { ...apiKeyView(apiKey), key };
}
