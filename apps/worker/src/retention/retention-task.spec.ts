import { OutboxMessage, type RetentionKind, RetentionService } from '#inventory';
import { createLogger, type Schedule } from '#runtime';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Registry } from 'prom-client';
import { insertRows } from '../../../../libs/inventory/src/testing/old-rows.js';
import { Warehouse } from '../../../../libs/inventory/src/testing/warehouse.js';
import { type WorkerEnvironment } from '../environment.js';
import { RetentionTask } from './retention-task.js';

const DAYS = {
  RETENTION_MESSAGES_DAYS: 7,
  RETENTION_MAILS_DAYS: 30,
  RETENTION_TIMELINES_DAYS: 90,
  RETENTION_DEAD_LETTERS_DAYS: 90,
  RETENTION_WEBHOOK_DELIVERIES_DAYS: 30,
  RETENTION_KEYED_REQUESTS_DAYS: 7,
  RETENTION_CUSTOMER_DATA_DAYS: 0,
};

const KINDS: RetentionKind[] = [
  'messages',
  'mails',
  'timelines',
  'dead_letters',
  'dead_letter_job_items',
  'dead_letter_jobs',
  'webhook_deliveries',
  'keyed_requests',
  'delivery_failures',
  'removed_webhook_endpoints',
  'customer_purchases',
];

describe('the retention of the worker', () => {
  let warehouse: Warehouse;
  let registry: Registry;

  beforeAll(async () => {
    warehouse = await Warehouse.open('embedded');
    Logger.overrideLogger(createLogger('worker', { LOG_LEVEL: 'log', LOG_FORMAT: 'json' }));
  });

  afterEach(() => void jest.restoreAllMocks());

  afterAll(async () => {
    Logger.overrideLogger(false);
    await warehouse.close();
  });

  /** The step of a task that has just started. */
  const start = (days: Partial<typeof DAYS> = {}) => {
    const steps: (() => Promise<boolean>)[] = [];
    const every = (_: string, __: number, step: () => Promise<boolean>) => steps.push(step);
    registry = new Registry();
    const environment = { ...DAYS, ...days } as WorkerEnvironment;
    new RetentionTask(
      warehouse.get(RetentionService),
      { every } as unknown as Schedule,
      registry,
      environment,
    );
    return steps[0]!;
  };

  /** Runs until nothing is left to do. @returns the lines of the log */
  const run = async (step: () => Promise<boolean>) => {
    const written: string[] = [];
    const take = (text: unknown) => written.push(String(text)) > 0;
    const spies = [process.stdout, process.stderr].map((stream) =>
      jest.spyOn(stream, 'write').mockImplementation(take),
    );
    while (await step());
    for (const spy of spies) spy.mockRestore();
    return written.map((line) => JSON.parse(line) as Record<string, any>);
  };

  const ago = (days: number) => new Date(Date.now() - days * 24 * 3_600_000);
  const insert = (of: RetentionKind, days: number, count?: number) =>
    insertRows(warehouse.dataSource.manager, of, ago(days), count);

  it('deletes a thousand rows a step, tells of it once, and counts them', async () => {
    await insert('messages', 8, 2_500);
    await insert('messages', 6);
    await insert('keyed_requests', 8);
    const deleting = jest.spyOn(warehouse.get(RetentionService), 'deleteOldest');
    const lines = await run(start());
    expect(deleting.mock.calls.filter(([of]) => of === 'messages')).toHaveLength(3);
    expect(lines.map(({ context, params }) => [context, params])).toEqual([
      ['RetentionTask', { of: 'messages', rows: 2_500 }],
      ['RetentionTask', { of: 'keyed_requests', rows: 1 }],
    ]);
    const metrics = await registry.metrics();
    expect(metrics).toContain('donut_states_retention_deleted_total{of="messages"} 2500');
    expect(metrics).toContain('donut_states_retention_deleted_total{of="mails"} 0');
    expect(await warehouse.dataSource.manager.count(OutboxMessage)).toBe(1);
  }, 30_000);

  it('keeps each for as long as its setting says', async () => {
    const deleting = jest.spyOn(warehouse.get(RetentionService), 'deleteOldest');
    await run(start());
    const days = deleting.mock.calls.map(([of, ms]) => [of, ms / (24 * 3_600_000)]);
    expect(days).toEqual([
      ['messages', 7],
      ['mails', 30],
      ['timelines', 90],
      ['dead_letters', 90],
      ['dead_letter_job_items', 90],
      ['dead_letter_jobs', 90],
      ['webhook_deliveries', 30],
      ['keyed_requests', 7],
      ['delivery_failures', 15],
      ['removed_webhook_endpoints', 0],
      ['customer_purchases', 0],
    ]);
  });

  it('erases the addresses of old sales when that is set, and goes on until none is left', async () => {
    const service = warehouse.get(RetentionService);
    const answers = [
      { erased: 700, hasMore: true },
      { erased: 0, hasMore: true },
      { erased: 12, hasMore: false },
    ];
    const erasing = jest.spyOn(service, 'eraseCustomerData').mockImplementation(async () => answers.shift()!);
    const lines = await run(start({ RETENTION_CUSTOMER_DATA_DAYS: 40 }));
    expect(erasing.mock.calls).toEqual(Array(3).fill([40 * 24 * 3_600_000]));
    expect(lines).toMatchObject([
      { message: 'erased the addresses of old sales', params: { of: 'customer_data', rows: 712 } },
    ]);
    expect(await registry.metrics()).toContain(
      'donut_states_retention_deleted_total{of="customer_data"} 712',
    );
  });

  it('keeps for ever what is set to 0, and nothing else', async () => {
    const never = Object.fromEntries(Object.keys(DAYS).map((name) => [name, 0]));
    const deleting = jest.spyOn(warehouse.get(RetentionService), 'deleteOldest');
    expect(await run(start(never))).toEqual([]);
    expect(deleting.mock.calls.map(([of]) => of)).toEqual([
      'delivery_failures',
      'removed_webhook_endpoints',
      'customer_purchases',
    ]);
  });

  it('goes on with the others when one cannot be deleted, and tries that one again in the next run', async () => {
    await insert('keyed_requests', 8);
    const service = warehouse.get(RetentionService);
    const deleteOldest = service.deleteOldest.bind(service);
    const deleting = jest.spyOn(service, 'deleteOldest').mockImplementation(async (of, ms) => {
      if (of === 'mails') throw new Error('the disk is full');
      return deleteOldest(of, ms);
    });
    const step = start();
    const [failed, deleted] = await run(step);
    expect(failed).toMatchObject({
      level: 'error',
      message: expect.stringMatching(/^mails .*disk is full$/),
    });
    expect(deleted).toMatchObject({ params: { of: 'keyed_requests', rows: 1 } });
    expect(deleting.mock.calls.map(([of]) => of)).toEqual(KINDS);
    await run(step);
    expect(deleting.mock.calls.map(([of]) => of)).toEqual([...KINDS, ...KINDS]);
  });
});
