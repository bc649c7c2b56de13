import { type DeadLetterJob as Entity, DeadLetterJobService } from '#inventory';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import Type from 'typebox';
import { LinkHeader, linkToNextPage } from '../http/link.js';
import { locationHeader } from '../http/location.js';
import { ReplayedHeader, WRITE_REFUSALS, WriteHeaders } from '../idempotency/idempotency-schema.js';
import {
  IdempotentWrites,
  operatorOf,
  type Transaction,
  type WriteAnswer,
} from '../idempotency/idempotent-writes.js';
import { IdParameter } from '../identifiers-schema.js';
import { ApiKeyGuard, operationsRoute } from '../operations/api-key.guard.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import { filterOf } from './dead-letter-schema.js';
import {
  DeadLetterJob,
  DeadLetterJobItemPage,
  DeadLetterJobItemQuery,
  DeadLetterJobPage,
  DeadLetterJobQuery,
  deadLetterJobView,
  PlanDeadLetterJob,
  StartDeadLetterJob,
} from './dead-letter-job-schema.js';

const described = (description: string, headers = {}) =>
  Type.Object(DeadLetterJob.properties, {
    title: 'DeadLetterJob',
    description,
    headers: { ...ReplayedHeader, ...headers },
  });

/** Many dead letters at once: planned, looked at, tried with one, and then done. */
@Controller('dead-letter-jobs')
@UseGuards(ApiKeyGuard)
export class DeadLetterJobsController {
  constructor(
    private readonly jobs: DeadLetterJobService,
    private readonly writes: IdempotentWrites,
  ) {}

  @Get()
  @RouteSchema({
    ...operationsRoute('viewer'),
    operationId: 'listDeadLetterJobs',
    summary: 'Jobs that redrive or discard dead letters, newest first',
    description: 'One of them shows its counts.',
    querystring: DeadLetterJobQuery,
    response: { 200: { ...DeadLetterJobPage, headers: LinkHeader }, ...PROBLEM_RESPONSES },
  })
  async list(
    @Query() query: DeadLetterJobQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const page = await this.jobs.list(query);
    linkToNextPage(request, reply, page.nextCursor);
    return page;
  }

  @Get(':id')
  @RouteSchema({
    ...operationsRoute('viewer'),
    operationId: 'getDeadLetterJob',
    summary: 'One job: its plan, and how far it is',
    description: 'It waits while the circuits of all its letters left are open, and goes on by itself.',
    params: IdParameter,
    response: { 200: DeadLetterJob, ...PROBLEM_RESPONSES },
    'x-refusals': ['DEAD_LETTER_JOB.UNKNOWN'],
  })
  async get(@Param('id') id: string) {
    return deadLetterJobView(await this.jobs.get(id), await this.jobs.countsOf(id));
  }

  @Get(':id/letters')
  @RouteSchema({
    ...operationsRoute('viewer'),
    operationId: 'listDeadLetterJobLetters',
    summary: 'The letters of a job, with the outcome of each',
    description: 'In the order of their turns: oldest first.',
    params: IdParameter,
    querystring: DeadLetterJobItemQuery,
    response: { 200: { ...DeadLetterJobItemPage, headers: LinkHeader }, ...PROBLEM_RESPONSES },
    'x-refusals': ['DEAD_LETTER_JOB.UNKNOWN'],
  })
  async letters(
    @Param('id') id: string,
    @Query() query: DeadLetterJobItemQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const page = await this.jobs.items(id, query);
    linkToNextPage(request, reply, page.nextCursor);
    return page;
  }

  @Post()
  @RouteSchema({
    ...operationsRoute('operator'),
    operationId: 'planDeadLetterJob',
    summary: 'Plan to redrive or discard the dead letters that match now',
    description:
      'A dry run: the set of letters is frozen, nothing else changes. The answer says what would become of them. Start it to have it done.',
    headers: WriteHeaders,
    body: PlanDeadLetterJob,
    response: {
      201: described('planned', locationHeader('/dead-letter-jobs/{id}', 'the job')),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': [...WRITE_REFUSALS, 'DEAD_LETTER_JOB.TOO_LARGE'],
  })
  async plan(@Body() body: PlanDeadLetterJob, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { action, ids, includesUnsafe, lettersPerSecond, note = null, ...filter } = body;
    const by = operatorOf(request);
    await this.writes.answer(request, reply, async (transaction) => {
      const given = {
        action,
        filter: filterOf(filter, 'body'),
        ids,
        includesUnsafe,
        lettersPerSecond,
        note,
        by,
      };
      const job = await this.jobs.plan(transaction, given);
      const answer = await this.answer(transaction, job, 'planned');
      return { ...answer, status: 201, headers: { Location: `/dead-letter-jobs/${job.id}` } };
    });
  }

  @Post(':id/start')
  @HttpCode(200)
  @RouteSchema({
    ...operationsRoute('operator'),
    operationId: 'startDeadLetterJob',
    summary: 'Do what a job plans, or its first letter as a test',
    description: 'A worker does it, at the rate of the job. A job that is PAUSED goes on.',
    params: IdParameter,
    headers: WriteHeaders,
    body: StartDeadLetterJob,
    response: { 200: described('started'), ...PROBLEM_RESPONSES },
    'x-refusals': [...WRITE_REFUSALS, 'DEAD_LETTER_JOB.UNKNOWN', 'DEAD_LETTER_JOB.CLOSED'],
  })
  async start(
    @Param('id') id: string,
    @Body() body: StartDeadLetterJob | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.writes.answer(request, reply, async (transaction) => {
      const onlyFirst = body?.onlyFirst ?? false;
      const job = await this.jobs.start(transaction, id, onlyFirst, operatorOf(request));
      return this.answer(transaction, job, 'started', { onlyFirst });
    });
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @RouteSchema({
    ...operationsRoute('operator'),
    operationId: 'cancelDeadLetterJob',
    summary: 'Leave the letters open that a job has not come to',
    description: 'What is done stays done.',
    params: IdParameter,
    headers: WriteHeaders,
    response: { 200: described('cancelled'), ...PROBLEM_RESPONSES },
    'x-refusals': [...WRITE_REFUSALS, 'DEAD_LETTER_JOB.UNKNOWN', 'DEAD_LETTER_JOB.CLOSED'],
  })
  async cancel(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.writes.answer(request, reply, async (transaction) =>
      this.answer(transaction, await this.jobs.cancel(transaction, id), 'cancelled'),
    );
  }

  private async answer(
    transaction: Transaction,
    job: Entity,
    what: string,
    more: Record<string, unknown> = {},
  ): Promise<WriteAnswer> {
    const counts = await this.jobs.countsOf(job.id, transaction);
    const { action, filter, includesUnsafe, lettersPerSecond } = job;
    return {
      status: 200,
      body: deadLetterJobView(job, counts),
      audited: {
        action: `dead_letter_job.${what}`,
        subjectType: 'dead_letter_job',
        subjectId: job.id,
        note: job.note,
        newValues: { action, filter, includesUnsafe, lettersPerSecond, ...more, ...counts },
      },
    };
  }
}
