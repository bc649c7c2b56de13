import { DeadLetterService, type Difference, type ReconcileService } from '#inventory';
import { createLogger, type Schedule } from '#runtime';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { Warehouse } from '../../../libs/inventory/src/testing/warehouse.js';
import { OpenDeadLettersTask } from './dead-letters/open-dead-letters-task.js';
import { type WorkerEnvironment } from './environment.js';
import { ReconciliationTask } from './reconciliation/reconciliation-task.js';

const FILTERS = readFileSync(
  join(import.meta.dirname, '../../../terraform/modules/observability/main.tf'),
  'utf8',
);

/** What CloudWatch reads from a line by the metric filter of `metric`, `undefined` where it passes the line over. */
function figureOf(metric: string, line: Record<string, any>): number | undefined {
  const [, context, field] =
    new RegExp(
      `pattern += "\\{ \\$\\.context = \\\\"(\\w+)\\\\" && \\$\\.params\\.(\\w+) >= 0 \\}"[^}]*name += "${metric}"\\s+value += "\\$\\.params\\.\\2"`,
    ).exec(FILTERS) ?? [];
  if (!context) throw new Error(`There is no metric filter for ${metric}`);
  return line.context === context ? line.params?.[field!] : undefined;
}

describe('the figures that alarms read from the log of the worker', () => {
  let warehouse: Warehouse;
  const registry = new Registry();
  const works = new Map<string, () => Promise<unknown>>();
  const schedule = {
    every: (name: string, _: number, work: () => Promise<unknown>) => works.set(name, work),
  } as unknown as Schedule;

  beforeAll(async () => {
    warehouse = await Warehouse.open('embedded');
    Logger.overrideLogger(createLogger('worker', { LOG_LEVEL: 'log', LOG_FORMAT: 'json' }));
  });

  afterAll(async () => {
    Logger.overrideLogger(false);
    await warehouse.close();
  });

  const linesOf = async (task: string): Promise<Record<string, any>[]> => {
    const written: string[] = [];
    const take = (text: unknown) => written.push(String(text)) > 0;
    const spies = [process.stdout, process.stderr].map((stream) =>
      jest.spyOn(stream, 'write').mockImplementation(take),
    );
    await works.get(task)!().finally(() => spies.forEach((spy) => spy.mockRestore()));
    return written.map((line) => JSON.parse(line) as Record<string, any>);
  };

  const figures = (metric: string, lines: Record<string, any>[]) =>
    lines.map((line) => figureOf(metric, line)).filter((figure) => figure !== undefined);

  it('count the open dead letters, also when there is none', async () => {
    const deadLetters = warehouse.get(DeadLetterService);
    new OpenDeadLettersTask(deadLetters, schedule, registry);
    expect(figures('OpenDeadLetters', await linesOf('OpenDeadLettersTask'))).toEqual([0]);
    await deadLetters.open({ queue: 'probe', messageId: 'm-1', body: '{}', attributes: {} });
    expect(figures('OpenDeadLetters', await linesOf('OpenDeadLettersTask'))).toEqual([1]);
  });

  it('count the differences in the warehouse, also when there are none', async () => {
    const difference: Difference = { invariant: 'ledger', subject: 'CP-502101', expected: '1', actual: '2' };
    let differences: Difference[] = [];
    const reconciliation = {
      run: async () => ({ differences, isFull: false }),
    } as unknown as ReconcileService;
    const environment = { RECONCILE_INTERVAL_SECONDS: 300 } as WorkerEnvironment;
    new ReconciliationTask(reconciliation, schedule, registry, environment);
    expect(figures('ReconcileDifferences', await linesOf('ReconciliationTask'))).toEqual([0]);
    differences = [difference, difference];
    expect(figures('ReconcileDifferences', await linesOf('ReconciliationTask'))).toEqual([2]);
    expect(await registry.metrics()).toContain('donut_states_reconcile_differences 2');
  });
});
