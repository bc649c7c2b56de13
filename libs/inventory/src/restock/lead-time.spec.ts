import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Factory } from '../product/factory.entity.js';
import { ReceivingService } from '../receiving/receiving.service.js';
import { SettableClock } from '../testing/settable-clock.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { RestockAttemptService } from './restock-attempt.service.js';
import { restockEstimate } from './restock.service.js';

const PROMISED_SECONDS = 10;
const OVERDUE_AFTER_SECONDS = 60;

describe.each(TEST_DATABASES)('the lead times of a factory, on %s', (kind) => {
  let warehouse: Warehouse;
  let clock: SettableClock;
  let orders: number;

  beforeEach(async () => {
    clock = new SettableClock();
    warehouse = await Warehouse.open(kind, 10, clock);
    orders = 0;
  });

  afterEach(() => warehouse.close());

  const factory = () => warehouse.dataSource.manager.findOneByOrFail(Factory, { id: 'FF-1' });
  const later = (seconds: number) => new Date(clock.localNow().getTime() + seconds * 1_000);

  async function accepted(): Promise<string> {
    orders += 1;
    const { id } = await warehouse.openRestockOrder(`CP-${orders}`, 10);
    await warehouse.get(RestockAttemptService).recordOrdered(id);
    return id;
  }

  /** An order whose goods come after so many seconds. */
  async function complete(seconds: number): Promise<void> {
    const id = await accepted();
    clock.advance(seconds * 1_000);
    await receive(id);
  }

  async function receive(id: string): Promise<void> {
    const { sku, quantity } = await warehouse.restockOrder(id);
    const outcome = await warehouse.get(ReceivingService).receive({
      restockOrderId: id,
      sku,
      quantity,
      factoryId: 'FF-1',
      deliveryFingerprint: id.replaceAll('-', '').padEnd(64, '0'),
    });
    expect(outcome.kind).toBe('APPLIED');
  }

  it('are those that it promises, until enough orders are complete', async () => {
    for (let order = 0; order < 9; order += 1) await complete(300);
    expect(await factory()).toMatchObject({ leadTimeP50Seconds: null, leadTimeP90Seconds: null });
    expect(await warehouse.restockOrder(await accepted())).toMatchObject({
      expectedAt: later(PROMISED_SECONDS),
      deadlineAt: later(OVERDUE_AFTER_SECONDS),
    });
  });

  it('are learned from its completed orders, for the estimate and for the deadline', async () => {
    for (const seconds of [20, 30, 40, 50, 60, 70, 80, 90, 100, 500]) await complete(seconds);
    expect(await factory()).toMatchObject({ leadTimeP50Seconds: 60, leadTimeP90Seconds: 100 });
    expect(await warehouse.restockOrder(await accepted())).toMatchObject({
      expectedAt: later(60),
      deadlineAt: later(150),
    });
    const requested = await warehouse.openRestockOrder('CP-NEW', 10);
    const { estimatedAt } = restockEstimate(requested, await factory(), clock.localNow());
    expect(estimatedAt).toEqual(later(60));
  });

  it('are those of its newest orders', async () => {
    for (let order = 0; order < 10; order += 1) await complete(400);
    for (let order = 0; order < 50; order += 1) await complete(20);
    expect(await factory()).toMatchObject({ leadTimeP50Seconds: 20, leadTimeP90Seconds: 20 });
  }, 30_000);

  it('never make an order overdue earlier than the setting says', async () => {
    for (let order = 0; order < 10; order += 1) await complete(1);
    expect(await warehouse.restockOrder(await accepted())).toMatchObject({
      expectedAt: later(1),
      deadlineAt: later(OVERDUE_AFTER_SECONDS),
    });
  });

  it('state a range when an order is accepted, and correct it by how orders kept theirs', async () => {
    const first = await warehouse.restockOrder(await accepted());
    // The promise, and when an order is overdue.
    expect(first).toMatchObject({ expectedFrom: later(10), expectedTo: later(60) });
    await complete(61);
    expect((await factory()).leadTimeCorrection).toBeCloseTo(0.0366, 10);
    await complete(60);
    expect((await factory()).leadTimeCorrection).toBeCloseTo(0.0332, 10);
    expect(await factory()).toMatchObject({ leadTimeQuantiles: null });
    for (let order = 0; order < 8; order += 1) await complete(40);
    const { leadTimeQuantiles, leadTimeCorrection } = await factory();
    expect(leadTimeQuantiles).toHaveLength(21);
    const next = await warehouse.restockOrder(await accepted());
    expect(next.expectedFrom).toEqual(later(leadTimeQuantiles![10]!));
    expect(next.expectedTo!.getTime()).toBeGreaterThanOrEqual(next.expectedFrom!.getTime());
    expect(leadTimeCorrection).toBeCloseTo(0.0332 - 8 * 0.0034, 10);
  });

  it('correct the range once for each of eight orders that are complete at once', async () => {
    const ids: string[] = [];
    for (let order = 0; order < 8; order += 1) ids.push(await accepted());
    clock.advance(61_000);
    await Promise.all(ids.map(receive));
    expect((await factory()).leadTimeCorrection).toBeCloseTo(8 * 0.0366, 10);
  });
});
