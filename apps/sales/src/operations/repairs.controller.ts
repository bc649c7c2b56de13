import { RepairService } from '#inventory';
import { Body, Controller, Get, Post, Req, Res, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import Type from 'typebox';
import { ReplayedHeader, WRITE_REFUSALS, WriteHeaders } from '../idempotency/idempotency-schema.js';
import { IdempotentWrites, operatorOf } from '../idempotency/idempotent-writes.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import { ApiKeyGuard, operationsRoute } from './api-key.guard.js';
import { Repair, RepairPlan, RepairSku } from './repair-schema.js';

@Controller('repairs')
@UseGuards(ApiKeyGuard)
export class RepairsController {
  constructor(
    private readonly repairs: RepairService,
    private readonly writes: IdempotentWrites,
  ) {}

  @Get('plan')
  @RouteSchema({
    ...operationsRoute('viewer'),
    operationId: 'planRepairs',
    summary: 'What does not agree in the warehouse, where it comes from, and what would mend it',
    description: 'Counts everything, as a full reconcile does, and changes nothing.',
    response: { 200: RepairPlan, ...PROBLEM_RESPONSES },
    'x-refusals': ['DATABASE.UNAVAILABLE'],
  })
  async plan() {
    return this.repairs.plan();
  }

  @Post()
  @RouteSchema({
    ...operationsRoute('operator'),
    operationId: 'repair',
    summary: 'Mend the books of a product',
    description: [
      'As the plan says, by what is there now. Stock and ledger change by adjustments only, and what can be bought is never',
      'raised: who has counted the shelf adjusts the stock. Nothing happens where nothing is wrong.',
    ].join(' '),
    headers: WriteHeaders,
    body: RepairSku,
    response: {
      200: Type.Object(Repair.properties, {
        title: 'Repair',
        description: 'what was done',
        headers: ReplayedHeader,
      }),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': [...WRITE_REFUSALS, 'SKU.UNKNOWN'],
  })
  async repair(@Body() { sku }: RepairSku, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    // Counting may take a while, and the lock that the transaction takes is one that buyers wait for.
    const prepared = await this.repairs.prepare(sku);
    await this.writes.answer(request, reply, async (transaction) => {
      const repair = await this.repairs.carryOut(transaction, prepared, operatorOf(request));
      return { status: 200, body: { ...repair, differences: prepared.differences }, audited: null };
    });
  }
}
