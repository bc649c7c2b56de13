import { SaleService } from '#inventory';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { request as send } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SalesUnderTest } from '../testing/sales-under-test.js';

describe('the bounds of the sale queue', () => {
  let sales: SalesUnderTest;

  afterEach(() => sales.stop());

  const buyAtOnce = async (buyers: number) => {
    await sales.warehouse.stockProduct('RING', buyers);
    const answers = await Promise.all(Array.from({ length: buyers }, () => sales.buy('RING')));
    return Map.groupBy(answers, ({ statusCode }) => statusCode);
  };

  it('follow the settings: sales that would wait too long are refused', async () => {
    sales = await SalesUnderTest.start({ SALE_BATCH_SIZE: '1', SALE_WAIT_LIMIT_MS: '1000' });
    const answers = await buyAtOnce(1_500);
    // At the fastest pace there is, a commit a millisecond, 1,000 batches of one sale fit into the longest wait.
    const turnedAway = answers.get(503)!;
    expect(turnedAway.length).toBeGreaterThanOrEqual(500);
    expect(turnedAway[0]!.json()).toMatchObject({ code: 'SALE.OVERLOADED' });
    expect(turnedAway[0]!.headers['retry-after']).toBe('2');
    expect(await sales.warehouse.dataSource.query('SELECT COUNT(*) AS sold FROM sale')).toEqual([
      { sold: answers.get(201)!.length },
    ]);
  });

  it('accept the same surge by default', async () => {
    sales = await SalesUnderTest.start();
    expect((await buyAtOnce(1_500)).get(201)).toHaveLength(1_500);
  });

  it('let 100 requests wait for another with the same key, and refuse more', async () => {
    sales = await SalesUnderTest.start();
    await sales.warehouse.stockProduct('RING', 10);
    const answers = await Promise.all(
      Array.from({ length: 150 }, () => sales.buy('RING', { headers: { 'Idempotency-Key': 'one' } })),
    );
    const byStatus = Map.groupBy(answers, ({ statusCode }) => statusCode);
    expect(byStatus.get(201)).toHaveLength(101);
    const turnedAway = byStatus.get(409)!;
    expect(turnedAway).toHaveLength(49);
    expect(turnedAway[0]!.json()).toMatchObject({ code: 'SALE.KEY_IN_USE', status: 409 });
    expect(turnedAway[0]!.headers['retry-after']).toBe('2');
    expect(await sales.warehouse.level('RING')).toMatchObject({ onHand: 9 });
  });

  it('skip a buyer who disconnected before the sale began', async () => {
    sales = await SalesUnderTest.start();
    await sales.warehouse.stockProduct('RING', 10);
    await sales.application.listen(0, '127.0.0.1');
    const { port } = sales.application.getHttpServer().address() as AddressInfo;
    const buyer = send({
      port,
      path: '/sales',
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
    });
    buyer.on('error', () => undefined);
    const service = sales.application.get(SaleService);
    const place = service.place.bind(service);
    const outcome = Promise.withResolvers<Awaited<ReturnType<typeof place>>>();
    jest.spyOn(service, 'place').mockImplementation(async (request) => {
      buyer.destroy();
      for (let looks = 0; looks < 1_000 && !request.isAbandoned!(); looks += 1) await sleep(1);
      outcome.resolve(await place(request));
      return outcome.promise;
    });
    buyer.end(JSON.stringify({ lines: [{ sku: 'RING', quantity: 1 }] }));
    expect(await outcome.promise).toEqual({ kind: 'ABANDONED' });
    expect(await sales.warehouse.level('RING')).toMatchObject({ onHand: 10 });
  });
});
