import { ReconcileService } from '#inventory';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import Type from 'typebox';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import { ApiKeyGuard, operationsRoute } from './api-key.guard.js';

const Reconciliation = Type.Object(
  {
    clean: Type.Boolean({ examples: [true] }),
    differences: Type.Array(
      Type.Object({
        invariant: Type.String(),
        subject: Type.String(),
        expected: Type.String(),
        actual: Type.String(),
      }),
      { examples: [[]] },
    ),
  },
  { title: 'Reconciliation' },
);

@Controller('reconcile')
@UseGuards(ApiKeyGuard)
export class ReconcileController {
  constructor(private readonly reconciliation: ReconcileService) {}

  @Get()
  @RouteSchema({
    ...operationsRoute('viewer'),
    operationId: 'reconcile',
    summary: 'Does the warehouse agree with itself?',
    description: 'Compares stock, ledger, sales and orders. It reads everything: ask for it now and then.',
    response: { 200: Reconciliation, ...PROBLEM_RESPONSES },
    'x-refusals': ['DATABASE.UNAVAILABLE'],
  })
  async reconcile() {
    const differences = await this.reconciliation.reconcile();
    return { clean: differences.length === 0, differences };
  }
}
