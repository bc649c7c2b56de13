import { ReconcileService } from '#inventory';
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import Type, { type Static } from 'typebox';
import { NullableTime } from '../identifiers-schema.js';
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
    full: Type.Boolean({ description: 'whether everything was counted', examples: [false] }),
    lastFullAt: {
      ...NullableTime,
      description: 'when the worker last counted everything; null: never',
    },
  },
  { title: 'Reconciliation' },
);

const ReconcileQuery = Type.Object(
  {
    full: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'count everything, which takes a minute or two where there are ten million sales',
        examples: [true],
      }),
    ),
  },
  { additionalProperties: false },
);
type ReconcileQuery = Static<typeof ReconcileQuery>;

@Controller('reconcile')
@UseGuards(ApiKeyGuard)
export class ReconcileController {
  constructor(private readonly reconciliation: ReconcileService) {}

  @Get()
  @RouteSchema({
    ...operationsRoute('viewer'),
    operationId: 'reconcile',
    summary: 'Do the books agree?',
    description: [
      'Compares stock, ledger, sales and orders. Of sales and the ledger it counts what is new, and takes for the rest what the',
      'worker has counted before: it cannot see that an old row was changed since. `full` counts everything.',
    ].join(' '),
    querystring: ReconcileQuery,
    response: { 200: Reconciliation, ...PROBLEM_RESPONSES },
    'x-refusals': ['DATABASE.UNAVAILABLE'],
  })
  async reconcile(@Query() query: ReconcileQuery): Promise<Static<typeof Reconciliation>> {
    const { differences, isFull, lastFullAt } = await this.reconciliation.reconcile(query);
    return {
      clean: differences.length === 0,
      differences,
      full: isFull,
      lastFullAt: lastFullAt && lastFullAt.toISOString(),
    };
  }
}
