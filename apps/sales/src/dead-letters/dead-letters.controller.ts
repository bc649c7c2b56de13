import { DeadLetterService } from '#inventory';
import { Body, Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { IdParameter } from '../identifiers.schema.js';
import { ApiKeyGuard, OPERATIONS_ROUTE } from '../operations/api-key.guard.js';
import { Resolution, resolutionOf } from '../operations/resolution.schema.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import { DeadLetter, DeadLetterPage, DeadLetterQuery, deadLetterView } from './dead-letter.schema.js';

@Controller('dead-letters')
@UseGuards(ApiKeyGuard)
export class DeadLettersController {
  constructor(private readonly deadLetters: DeadLetterService) {}

  @Get()
  @RouteSchema({
    ...OPERATIONS_ROUTE,
    summary: 'Messages that could not be handled, newest first',
    querystring: DeadLetterQuery,
    response: { 200: DeadLetterPage, ...PROBLEM_RESPONSES },
  })
  async list(@Query() query: DeadLetterQuery) {
    const { items, nextCursor } = await this.deadLetters.list(query);
    return { items: items.map(deadLetterView), nextCursor };
  }

  @Get(':id')
  @RouteSchema({
    ...OPERATIONS_ROUTE,
    summary: 'One dead letter, with its body and attempts',
    params: IdParameter,
    response: { 200: DeadLetter, ...PROBLEM_RESPONSES },
  })
  async get(@Param('id') id: string) {
    return deadLetterView(await this.deadLetters.get(id));
  }

  @Post(':id/redrive')
  @HttpCode(200)
  @RouteSchema({
    ...OPERATIONS_ROUTE,
    summary: 'Send the message to its queue again',
    params: IdParameter,
    body: Resolution,
    response: { 200: DeadLetter, ...PROBLEM_RESPONSES },
  })
  async redrive(@Param('id') id: string, @Body() body?: Resolution) {
    return deadLetterView(await this.deadLetters.redrive(id, resolutionOf(body)));
  }

  @Post(':id/discard')
  @HttpCode(200)
  @RouteSchema({
    ...OPERATIONS_ROUTE,
    summary: 'Give the message up',
    params: IdParameter,
    body: Resolution,
    response: { 200: DeadLetter, ...PROBLEM_RESPONSES },
  })
  async discard(@Param('id') id: string, @Body() body?: Resolution) {
    return deadLetterView(await this.deadLetters.discard(id, resolutionOf(body)));
  }
}
