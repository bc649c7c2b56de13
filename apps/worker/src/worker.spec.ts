import { Database, KeyedRequest } from '#inventory';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { insertRows, ROWS } from '../../../libs/inventory/src/testing/old-rows.js';
import { eventually } from '../../../libs/runtime/src/testing/eventually.js';
import { WorkerUnderTest } from './testing/worker-under-test.js';

describe('the worker', () => {
  let worker: WorkerUnderTest;

  beforeEach(async () => {
    worker = await WorkerUnderTest.start();
  }, 30_000);

  afterEach(() => worker.stop(), 30_000);

  const notification = () => ({
    notificationId: uuidv7(),
    kind: 'STOCK_RAN_OUT',
    audience: 'AD_MANAGER',
    to: 'ads@example.com',
    facts: { sku: 'CP-1', name: '도넛', restockOrderId: null },
  });

  const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

  it.each([
    ['refuses', () => Promise.reject(new Error('away'))],
    ['hangs', () => new Promise<never>(() => undefined)],
  ])(
    'receives nothing while the database %s, so that no receives are used up',
    async (_, answer) => {
      const probe = jest.spyOn(worker.application.get(Database), 'assertWritable').mockImplementation(answer);
      // Two looks with their timeouts, and the poll that was under way at the first.
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      await worker.queue.send('notifications', JSON.stringify(notification()));
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      expect(worker.ses.requests).toHaveLength(0);
      probe.mockRestore();
      await eventually(() => expect(worker.ses.requests).toHaveLength(1));
    },
    40_000,
  );

  it('forgets the answers to requests of more than 7 days ago, and no others', async () => {
    await worker.application.close();
    const { manager } = worker.warehouse.dataSource;
    await insertRows(manager, 'keyed_requests', daysAgo(7.01));
    const [young] = await insertRows(manager, 'keyed_requests', daysAgo(6.99));
    await worker.run();
    await eventually(async () => expect(await manager.find(KeyedRequest)).toMatchObject([{ id: young }]));
  });

  it('sends no second mail for a message that comes again after the longest that a queue keeps it', async () => {
    await worker.application.close();
    const { manager } = worker.warehouse.dataSource;
    await insertRows(manager, 'mails', daysAgo(15.01));
    const [notificationId] = await insertRows(manager, 'mails', daysAgo(14));
    await worker.run({ RETENTION_MAILS_DAYS: 15 });
    await eventually(async () => expect(await manager.count(ROWS.mails.entity)).toBe(1));
    await worker.queue.send('notifications', JSON.stringify({ ...notification(), notificationId }));
    await eventually(async () => expect(await worker.queue.count('notifications')).toBe(0));
    expect(worker.ses.requests).toEqual([]);
  });

  it('records a message that breaks its contract as a dead letter', async () => {
    await worker.queue.send('goods-receipts', 'this is not JSON');
    await eventually(async () => expect(await worker.deadLetters('goods-receipts')).toHaveLength(1), 40_000);
    expect(await worker.deadLetters('goods-receipts')).toMatchObject([
      { causeCode: 'MESSAGE.CONTRACT_BROKEN', body: 'this is not JSON', status: 'OPEN' },
    ]);
  }, 60_000);

  it('is ready when database, queue and consumers are', async () => {
    const answer = await worker.application.inject({ method: 'GET', url: '/health/ready' });
    expect(answer.json()).toEqual({ status: 'ok', checks: { database: 'ok', queue: 'ok', consumers: 'ok' } });
    const metrics = await worker.application.inject({ method: 'GET', url: '/metrics' });
    expect(metrics.body).toContain('donut_states_reconcile_differences 0');
    expect(metrics.body).toContain('donut_states_dead_letters_open 0');
  });
});
