import { RestockProgressService, RestockAttemptService } from '#inventory';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { withWrongClock } from '../../../../libs/inventory/src/testing/wrong-clock.js';
import { eventually } from '../../../../libs/runtime/src/testing/eventually.js';
import { WorkerUnderTest } from '../testing/worker-under-test.js';

describe('the handler of restock messages', () => {
  let worker: WorkerUnderTest;

  beforeEach(async () => {
    worker = await WorkerUnderTest.start();
  }, 30_000);

  afterEach(() => worker.stop(), 30_000);

  it('sends the order of the legacy contract, with a signed callback', async () => {
    const order = await worker.openOrder('CP-1');
    await eventually(async () => expect((await worker.order('CP-1')).status).toBe('ORDERED'));
    const [request] = worker.factory.requests.map((body) => JSON.parse(body));
    expect(request).toEqual({
      MessageGroupId: 'stock-arrival-group',
      MessageAttributeProductId: 'CP-1',
      MessageAttributeProductCnt: order.quantity,
      MessageAttributeFactoryId: 'FF-1',
      MessageAttributeRequester: 'Donut-States',
      MessageAttributeTel: '02-000-0000',
      CallbackUrl: expect.stringMatching(
        new RegExp(
          `^http://sales.example/goods-receipts/${order.id}\\?quantity=100&expires=\\d+&signature=[0-9a-f]{64}$`,
        ),
      ),
    });
  });

  it('asks once though the message comes three times', async () => {
    worker.factory.answer = (response) => setTimeout(() => response.writeHead(201).end('{}'), 300);
    const order = await worker.openOrder('CP-1');
    await worker.write('restock', { restockOrderId: order.id });
    await worker.write('restock', { restockOrderId: order.id });
    await eventually(async () => expect((await worker.order('CP-1')).status).toBe('ORDERED'));
    await eventually(async () => expect(await worker.queue.count('restock')).toBe(0));
    expect(worker.factory.requests).toHaveLength(1);
  });

  it('asks once though the note of its answer fails for a moment', async () => {
    const attempts = worker.application.get(RestockAttemptService);
    const noting = jest.spyOn(attempts, 'recordOrdered').mockRejectedValueOnce(new Error('a moment'));
    await worker.openOrder('CP-1');
    await eventually(async () => expect((await worker.order('CP-1')).status).toBe('ORDERED'));
    await eventually(async () => expect(await worker.queue.count('restock')).toBe(0));
    expect(noting).toHaveBeenCalledTimes(2);
    expect(worker.factory.requests).toHaveLength(1);
  });

  it.each([
    ['ahead', 7_200_000],
    ['behind', -7_200_000],
  ])(
    'orders once, by the time of the database, with a clock two hours %s',
    async (_, skewMs) => {
      await worker.application.close();
      const others = worker.warehouse.get(RestockAttemptService);
      const ordered = await worker.openOrder('CP-1');
      await others.recordOrdered(ordered.id);
      const leased = await worker.openOrder('CP-2');
      await others.claim(leased.id, 60_000);
      await worker.openOrder('CP-3');
      await withWrongClock(skewMs, async () => {
        await worker.run();
        const looking = jest.spyOn(worker.application.get(RestockProgressService), 'markOverdue');
        await eventually(async () => expect((await worker.order('CP-3')).status).toBe('ORDERED'));
        await eventually(() => expect(looking.mock.calls.length).toBeGreaterThan(1));
        await worker.application.close();
      });
      const [request, ...more] = worker.factory.requests.map((body) => JSON.parse(body));
      expect(more).toEqual([]);
      expect(request.MessageAttributeProductId).toBe('CP-3');
      const expiresMs = Number(new URL(request.CallbackUrl).searchParams.get('expires')) * 1_000;
      expect(Math.round((expiresMs - Date.now()) / 60_000)).toBe(1);
      expect(await worker.order('CP-1')).toMatchObject({ status: 'ORDERED' });
      expect(await worker.order('CP-2')).toMatchObject({ status: 'REQUESTED', attempts: 1 });
      expect(worker.ses.requests).toEqual([]);
      expect(await worker.deadLetters('restock')).toEqual([]);
      await worker.run();
    },
    40_000,
  );

  it('finishes the request under way before it stops', async () => {
    worker.factory.answer = (response) => setTimeout(() => response.writeHead(201).end('{}'), 700);
    await worker.openOrder('CP-1');
    await eventually(() => expect(worker.factory.requests).toHaveLength(1));
    await worker.application.close();
    expect(await worker.order('CP-1')).toMatchObject({ status: 'ORDERED', attempts: 1 });
    expect(await worker.queue.count('restock')).toBe(0);
    await worker.run();
  });
});
