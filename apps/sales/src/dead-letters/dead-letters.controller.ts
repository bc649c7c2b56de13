import {
  Clock,
  type DeadLetter as Entity,
  DeadLetterFactsService,
  DeadLetterMailService,
  DeadLetterService,
} from '#inventory';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import Type from 'typebox';
import { timeOf } from '../http/time-range.js';
import { ReplayedHeader, WRITE_REFUSALS, WriteHeaders } from '../idempotency/idempotency-schema.js';
import {
  IdempotentWrites,
  operatorOf,
  type Transaction,
  type WriteAnswer,
} from '../idempotency/idempotent-writes.js';
import { linkToNextPage, LinkHeader } from '../http/link.js';
import { IdParameter } from '../identifiers-schema.js';
import { ApiKeyGuard, operationsRoute } from '../operations/api-key.guard.js';
import { Resolution, resolutionBy } from '../operations/resolution-schema.js';
import { ApiError, PROBLEM_RESPONSES, type Sentence } from '../problem/problem.js';
import {
  DeadLetter,
  DeadLetterGroupQuery,
  DeadLetterGroups,
  deadLetterGroupView,
  DeadLetterPage,
  DeadLetterQuery,
  deadLetterView,
  filterOf,
  MutedGroup,
  MuteGroup,
  RedriveResolution,
} from './dead-letter-schema.js';

const MAX_MUTE_MS = 30 * 24 * 3_600_000;

const TOO_LONG: Sentence = {
  en: 'A group is muted for 30 days at most.',
  ko: '그룹은 30일까지만 음소거할 수 있습니다.',
};

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
    private readonly mails: DeadLetterMailService,
    private readonly clock: Clock,
    private readonly writes: IdempotentWrites,
  ) {}

  @Get()
  @RouteSchema({
    ...operationsRoute('viewer'),
    operationId: 'listDeadLetters',
    summary: 'Messages that could not be handled, newest first',
    description:
      'Each has its cause. Open ones wait for a person. Resolved ones are deleted after 90 days, or after the time that the shop has set.',
    querystring: DeadLetterQuery,
    response: { 200: { ...DeadLetterPage, headers: LinkHeader }, ...PROBLEM_RESPONSES },
    'x-refusals': ['DATABASE.UNAVAILABLE'],
  })
  async list(
    @Query() query: DeadLetterQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { items, nextCursor } = await this.deadLetters.list(filterOf(query));
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
  async groups(@Query() query: DeadLetterGroupQuery) {
    return { items: (await this.facts.groups(filterOf(query))).map(deadLetterGroupView) };
  }

  @Post('groups/mute')
  @HttpCode(200)
  @RouteSchema({
    ...operationsRoute('operator'),
    operationId: 'muteDeadLetterGroup',
    summary: 'No mail of further dead letters of a queue and cause until a time',
    description:
      'When the time is over, a mail tells of those that came meanwhile. `mutedUntil: null` ends it now.',
    headers: WriteHeaders,
    body: MuteGroup,
    response: {
      200: Type.Object(MutedGroup.properties, {
        title: 'MutedGroup',
        description: 'muted',
        headers: ReplayedHeader,
      }),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': [...WRITE_REFUSALS, 'REQUEST.REFUSED'],
  })
  async mute(@Body() given: MuteGroup, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { queue, cause: causeCode, note } = given;
    const mutedUntil = given.mutedUntil === null ? null : timeOf('body/mutedUntil', given.mutedUntil);
    if (mutedUntil && mutedUntil.getTime() > this.clock.localNow().getTime() + MAX_MUTE_MS) {
      throw new ApiError('REQUEST.REFUSED', TOO_LONG);
    }
    await this.writes.answer(request, reply, async (transaction) => {
      const before = await this.mails.unmute(transaction, queue, causeCode);
      if (mutedUntil) {
        const mutedBy = operatorOf(request);
        await this.mails.mute(transaction, { queue, causeCode, mutedUntil, mutedBy });
      }
      return {
        status: 200,
        body: { queue, cause: causeCode, mutedUntil: given.mutedUntil },
        audited: {
          action: mutedUntil ? 'dead_letter_group.muted' : 'dead_letter_group.unmuted',
          subjectType: 'dead_letter_group',
          subjectId: `${queue} ${causeCode}`,
          note,
          oldValues: { mutedUntil: before?.mutedUntil ?? null },
          newValues: { mutedUntil },
        },
      };
    });
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
    description:
      'Remove the cause first: the message is handled as a new one. `message` sends another in its place.',
    params: IdParameter,
    headers: WriteHeaders,
    body: RedriveResolution,
    response: { 200: RESOLVED, ...PROBLEM_RESPONSES },
    'x-refusals': [
      ...WRITE_REFUSALS,
      'DEAD_LETTER.UNKNOWN',
      'DEAD_LETTER.RESOLVED',
      'DEAD_LETTER.NOT_REDRIVABLE',
      'DEAD_LETTER.MESSAGE_INVALID',
    ],
  })
  async redrive(
    @Param('id') id: string,
    @Body() resolution: RedriveResolution | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.writes.answer(request, reply, async (transaction) => {
      const by = { ...resolutionBy(request, resolution), edited: resolution?.message };
      const resolved = await this.deadLetters.redrive(id, by, transaction);
      const entry = audited('dead_letter.redriven', resolved);
      return {
        status: 200,
        body: await this.view(resolved, transaction),
        audited: resolved.editedBody ? withEdit(entry, resolved) : entry,
      };
    });
  }

  @Post(':id/discard')
  @RouteSchema({
    ...operationsRoute('operator'),
    operationId: 'discardDeadLetter',
    summary: 'Give the message up',
    description: 'It is kept as discarded for as long as other resolved ones, and never handled.',
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
): NonNullable<WriteAnswer['audited']> {
  return {
    action,
    subjectType: 'dead_letter',
    subjectId: id,
    note: resolutionNote,
    oldValues: { status: 'OPEN' },
    newValues: { status, queue, causeCode },
  };
}

/** What the edit changed of the message. */
function withEdit(
  entry: NonNullable<WriteAnswer['audited']>,
  { body, editedBody }: Entity,
): NonNullable<WriteAnswer['audited']> {
  const { oldValues, newValues } = entry;
  return {
    ...entry,
    oldValues: { ...oldValues, ...prefixed(membersOf(body)) },
    newValues: { ...newValues, ...prefixed(editedBody!) },
  };
}

function membersOf(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : { body };
  } catch {
    return { body };
  }
}

function prefixed(message: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(message).map(([name, value]) => [`message.${name}`, value]));
}
