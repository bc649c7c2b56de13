import { type DeadLetter as Entity, DeadLetterFactsService, DeadLetterService } from '#inventory';
import { Body, Controller, Get, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import Type from 'typebox';
import { ReplayedHeader, WRITE_REFUSALS, WriteHeaders } from '../idempotency/idempotency-schema.js';
import { IdempotentWrites, type Transaction, type WriteAnswer } from '../idempotency/idempotent-writes.js';
import { linkToNextPage, LinkHeader } from '../http/link.js';
import { withTimes } from '../http/time-range.js';
import { IdParameter } from '../identifiers-schema.js';
import { ApiKeyGuard, operationsRoute } from '../operations/api-key.guard.js';
import { Resolution, resolutionBy } from '../operations/resolution-schema.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import {
  DeadLetter,
  DeadLetterGroupQuery,
  DeadLetterGroups,
  deadLetterGroupView,
  DeadLetterPage,
  DeadLetterQuery,
  deadLetterView,
} from './dead-letter-schema.js';

const RESOLVED = Type.Object(DeadLetter.properties, {
  title: 'DeadLetter',
  description: 'the dead letter with its resolution',
  headers: ReplayedHeader,
});

@Controller('dead-letters')
@UseGuards(ApiKeyGuard)
export class DeadLettersController {
  constructor(
    private readonly deadLetters: DeadLetterService,
    private readonly facts: DeadLetterFactsService,
    private readonly writes: IdempotentWrites,
  ) {}

  @Get()
  @RouteSchema({
    ...operationsRoute('viewer'),
    operationId: 'listDeadLetters',
    summary: 'Messages that could not be handled, newest first',
    description: 'Each has its cause. Open ones wait for a person.',
    querystring: DeadLetterQuery,
    response: { 200: { ...DeadLetterPage, headers: LinkHeader }, ...PROBLEM_RESPONSES },
    'x-refusals': ['DATABASE.UNAVAILABLE'],
  })
  async list(
    @Query() query: DeadLetterQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { cause: causeCode, ...rest } = withTimes(query);
    const { items, nextCursor } = await this.deadLetters.list({ ...rest, causeCode });
    linkToNextPage(request, reply, nextCursor);
    const subjects = await this.facts.subjectsOf(items);
    return { items: items.map((letter, index) => deadLetterView(letter, subjects[index]!)), nextCursor };
  }

  @Get('groups')
  @RouteSchema({
    ...operationsRoute('viewer'),
    operationId: 'listDeadLetterGroups',
    summary: 'Dead letters by queue and cause: how many, since when, and whether more come',
    description: 'Each is one thing to do. The letters of one: `GET /dead-letters?queue=...&cause=...`.',
    querystring: DeadLetterGroupQuery,
    response: { 200: DeadLetterGroups, ...PROBLEM_RESPONSES },
    'x-refusals': ['DATABASE.UNAVAILABLE'],
  })
  async groups(@Query() { status }: DeadLetterGroupQuery) {
    return { items: (await this.facts.groups(status)).map(deadLetterGroupView) };
  }

  @Get(':id')
  @RouteSchema({
    ...operationsRoute('viewer'),
    operationId: 'getDeadLetter',
    summary: 'One dead letter, with its body and attempts',
    description: 'The body is the message as it was received.',
    params: IdParameter,
    response: { 200: DeadLetter, ...PROBLEM_RESPONSES },
    'x-refusals': ['DEAD_LETTER.UNKNOWN', 'DATABASE.UNAVAILABLE'],
  })
  async get(@Param('id') id: string) {
    return this.view(await this.deadLetters.get(id));
  }

  @Post(':id/redrive')
  @RouteSchema({
    ...operationsRoute('operator'),
    operationId: 'redriveDeadLetter',
    summary: 'Send the message to its queue again',
    description: 'Remove the cause first: the message is handled as a new one.',
    params: IdParameter,
    headers: WriteHeaders,
    body: Resolution,
    response: { 200: RESOLVED, ...PROBLEM_RESPONSES },
    'x-refusals': [
      ...WRITE_REFUSALS,
      'DEAD_LETTER.UNKNOWN',
      'DEAD_LETTER.RESOLVED',
      'DEAD_LETTER.NOT_REDRIVABLE',
    ],
  })
  async redrive(
    @Param('id') id: string,
    @Body() resolution: Resolution | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.writes.answer(request, reply, async (transaction) => {
      const by = resolutionBy(request, resolution);
      const resolved = await this.deadLetters.redrive(id, by, transaction);
      return {
        status: 200,
        body: await this.view(resolved, transaction),
        audited: audited('dead_letter.redriven', resolved),
      };
    });
  }

  @Post(':id/discard')
  @RouteSchema({
    ...operationsRoute('operator'),
    operationId: 'discardDeadLetter',
    summary: 'Give the message up',
    description: 'It is kept as discarded, and never handled.',
    params: IdParameter,
    headers: WriteHeaders,
    body: Resolution,
    response: { 200: RESOLVED, ...PROBLEM_RESPONSES },
    'x-refusals': [...WRITE_REFUSALS, 'DEAD_LETTER.UNKNOWN', 'DEAD_LETTER.RESOLVED'],
  })
  async discard(
    @Param('id') id: string,
    @Body() resolution: Resolution | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.writes.answer(request, reply, async (transaction) => {
      const by = resolutionBy(request, resolution);
      const resolved = await this.deadLetters.discard(id, by, transaction);
      return {
        status: 200,
        body: await this.view(resolved, transaction),
        audited: audited('dead_letter.discarded', resolved),
      };
    });
  }

  private async view(letter: Entity, transaction?: Transaction) {
    const [subject] = await this.facts.subjectsOf([letter], transaction);
    return deadLetterView(letter, subject!);
  }
}

function audited(
  action: string,
  { id, status, queue, causeCode, resolutionNote }: Entity,
): WriteAnswer['audited'] {
  return {
    action,
    subjectType: 'dead_letter',
    subjectId: id,
    note: resolutionNote,
    oldValues: { status: 'OPEN' },
    newValues: { status, queue, causeCode },
  };
}
