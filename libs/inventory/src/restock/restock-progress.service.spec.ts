import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReceivingService } from '../receiving/receiving.service.js';
import { SaleService } from '../sale/sale.service.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { RestockOrderEvent } from './restock-order-event.entity.js';
import { RestockOrder } from './restock-order.entity.js';
import { RestockAttemptService } from './restock-attempt.service.js';
import { RestockProgressService } from './restock-progress.service.js';

const LEASE_MS = 60_000;

describe.each(TEST_DATABASES)('the progress of a restock order on %s', (kind) => {
  let warehouse: Warehouse;
  let progress: RestockProgressService;
  let attempts: RestockAttemptService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    progress = warehouse.get(RestockProgressService);
    attempts = warehouse.get(RestockAttemptService);
  });

  afterEach(async () => expect(await warehouse.differences()).toEqual([]));
  afterAll(() => warehouse.close());

  const timeline = async (restockOrderId: string) =>
    (
      await warehouse.dataSource.manager.find(RestockOrderEvent, {
        where: { restockOrderId },
        order: { id: 'ASC' },
      })
    ).map(({ kind: step }) => step);

  /** The lease of a new attempt. */
  const claim = async (restockOrderId: string, leaseMs = LEASE_MS) => {
    const claimed = await attempts.claim(restockOrderId, leaseMs);
    if (claimed.kind !== 'CLAIMED') throw new Error(`the claim is ${claimed.kind}`);
    return claimed.order.attemptUntil;
  };

  const receive = (order: RestockOrder, quantity: number) =>
    warehouse.get(ReceivingService).receive({
      restockOrderId: order.id,
      sku: order.sku,
      factoryId: order.factoryId,
      quantity,
      deliveryFingerprint: `${quantity} units`,
    });

  describe('the right to ask the factory', () => {
    it('goes to one of eight simultaneous claims, with the order and its factory', async () => {
      const { id } = await warehouse.openRestockOrder('EIGHT', 10);
      const claims = await Promise.all(Array.from({ length: 8 }, () => attempts.claim(id, LEASE_MS)));
      const claimed = claims.filter((claim) => claim.kind === 'CLAIMED');
      expect(claimed).toMatchObject([
        { order: { id, sku: 'EIGHT', quantity: 10, attempts: 1 }, factory: { id: 'FF-1' } },
      ]);
      expect(claims.filter((claim) => claim.kind === 'BUSY')).toHaveLength(7);
    });

    it('is given again when the lease of a worker that died has ended, and not before', async () => {
      const { id } = await warehouse.openRestockOrder('LEASE', 10);
      const { id: leased } = await warehouse.openRestockOrder('LEASED', 10);
      await attempts.claim(leased, LEASE_MS);
      await attempts.claim(id, 1);
      await sleep(20);
      expect(await attempts.claim(leased, LEASE_MS)).toEqual({ kind: 'BUSY' });
      const again = await Promise.all([1, 2].map(() => attempts.claim(id, LEASE_MS)));
      expect(again.map((claim) => claim.kind).sort()).toEqual(['BUSY', 'CLAIMED']);
      expect(await warehouse.restockOrder(id)).toMatchObject({ attempts: 2 });
    });

    it('is given again at once after a failed attempt, whose cause is kept', async () => {
      const { id } = await warehouse.openRestockOrder('FAILED', 10);
      const lease = await claim(id);
      await attempts.recordFault(id, `FACTORY.BUSY: ${'x'.repeat(1_000)}`, lease);
      const { lastError } = await warehouse.restockOrder(id);
      expect(lastError).toMatch(/^FACTORY.BUSY: x+$/);
      expect(lastError).toHaveLength(500);
      expect(await timeline(id)).toEqual(['REQUESTED', 'ATTEMPT_FAILED']);
      expect(await attempts.claim(id, LEASE_MS)).toMatchObject({
        kind: 'CLAIMED',
        order: { attempts: 2 },
      });
    });

    it('is not given beside an attempt under way when one that outlived its lease fails', async () => {
      const { id } = await warehouse.openRestockOrder('OUTLIVED', 10);
      const late = await claim(id, 1);
      await sleep(20);
      const current = await claim(id);
      await attempts.recordFault(id, 'FACTORY.TIMEOUT', late);
      expect(await attempts.claim(id, LEASE_MS)).toEqual({ kind: 'BUSY' });
      expect(await warehouse.restockOrder(id)).toMatchObject({ lastError: null });
      await attempts.recordFault(id, 'FACTORY.REFUSED', current);
      expect(await warehouse.restockOrder(id)).toMatchObject({ lastError: 'FACTORY.REFUSED' });
      await claim(id);
      expect(await timeline(id)).toEqual(['REQUESTED', 'ATTEMPT_FAILED', 'ATTEMPT_FAILED']);
    });

    it('is not given once the order is ordered, received or cancelled', async () => {
      const order = await warehouse.openRestockOrder('SETTLED', 10);
      await attempts.recordOrdered(order.id);
      expect(await attempts.claim(order.id, LEASE_MS)).toEqual({ kind: 'SETTLED' });
      await receive(order, 10);
      expect(await attempts.claim(order.id, LEASE_MS)).toEqual({ kind: 'SETTLED' });
      const cancelled = await warehouse.openRestockOrder('SETTLED-2', 10);
      await progress.cancel(cancelled.id, 'kim', 'not needed');
      expect(await attempts.claim(cancelled.id, LEASE_MS)).toEqual({ kind: 'SETTLED' });
      expect(await warehouse.restockOrder(cancelled.id)).toMatchObject({ attempts: 0 });
    });

    it('is refused for an unknown order', async () => {
      await expect(attempts.claim('no-such-order', LEASE_MS)).rejects.toMatchObject({
        code: 'RESTOCK_ORDER.UNKNOWN',
      });
    });
  });

  describe("the factory's answer", () => {
    it('sets when the goods are expected and when their absence is reported', async () => {
      const { id } = await warehouse.openRestockOrder('ANSWER', 10);
      await attempts.recordFault(id, 'FACTORY.BUSY', await claim(id));
      await attempts.claim(id, LEASE_MS);
      await attempts.recordOrdered(id);
      const order = await warehouse.restockOrder(id);
      expect(order).toMatchObject({ status: 'ORDERED', attemptUntil: null, lastError: null });
      const orderedAtMs = order.orderedAt!.getTime();
      expect(Math.abs(Date.now() - orderedAtMs)).toBeLessThan(10_000);
      expect(order.expectedAt!.getTime() - orderedAtMs).toBe(10_000);
      expect(order.deadlineAt!.getTime() - orderedAtMs).toBe(60_000);
    });

    it('counts once when it is recorded twice at once', async () => {
      const { id } = await warehouse.openRestockOrder('TWICE', 10);
      await Promise.all([attempts.recordOrdered(id), attempts.recordOrdered(id)]);
      expect(await timeline(id)).toEqual(['REQUESTED', 'ORDERED']);
    });

    it('counts even when the order was given up before it was recorded', async () => {
      const { id } = await warehouse.openRestockOrder('GIVEN-UP-EARLY', 10);
      await warehouse.dataSource.transaction((manager) =>
        progress.markDeadLettered(manager, id, 'FACTORY.TIMEOUT', new Date()),
      );
      await attempts.recordOrdered(id);
      expect(await warehouse.restockOrder(id)).toMatchObject({ status: 'ORDERED', lastError: null });
      expect(await timeline(id)).toEqual(['REQUESTED', 'DEAD_LETTERED', 'ORDERED']);
    });

    it('changes nothing when the goods were faster', async () => {
      const order = await warehouse.openRestockOrder('FASTER', 10);
      await receive(order, 10);
      const received = await warehouse.restockOrder(order.id);
      await attempts.recordOrdered(order.id);
      expect(await warehouse.restockOrder(order.id)).toEqual(received);
      expect(await timeline(order.id)).toEqual(['REQUESTED', 'GOODS_EARLY', 'GOODS_RECEIVED', 'RECEIVED']);
    });

    it('leaves no error when an attempt fails after the factory has accepted the order', async () => {
      const order = await warehouse.openRestockOrder('DROPPED', 10);
      const lease = await claim(order.id);
      await receive(order, 4);
      await attempts.recordFault(order.id, 'FACTORY.TIMEOUT', lease);
      expect(await warehouse.restockOrder(order.id)).toMatchObject({ status: 'ORDERED', lastError: null });
    });
  });

  describe('cancelling', () => {
    it('subtracts the missing units from the units on order, and lets the SKU be ordered again', async () => {
      const order = await warehouse.openRestockOrder('CANCEL', 10);
      await receive(order, 4);
      expect(await progress.cancel(order.id, 'kim', 'factory closed')).toMatchObject({
        status: 'CANCELLED',
        receivedQuantity: 4,
        openSku: null,
        closedAt: expect.any(Date),
      });
      expect(await warehouse.level('CANCEL')).toMatchObject({ onHand: 4, onOrder: 0 });
      expect((await timeline(order.id)).at(-1)).toBe('CANCELLED');
      await warehouse.get(SaleService).place({ lines: [{ sku: 'CANCEL', quantity: 4 }] });
      const next = await warehouse.dataSource.manager.findOneByOrFail(RestockOrder, { openSku: 'CANCEL' });
      expect(next).toMatchObject({ quantity: 10, status: 'REQUESTED' });
    });

    it('happens once for two simultaneous requests, and the second is refused', async () => {
      const { id } = await warehouse.openRestockOrder('CANCEL-2', 10);
      const outcomes = await Promise.allSettled(['kim', 'lee'].map((by) => progress.cancel(id, by, 'why')));
      expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(outcomes).toContainEqual({
        status: 'rejected',
        reason: expect.objectContaining({
          code: 'RESTOCK_ORDER.CLOSED',
          facts: { id, currentStatus: 'CANCELLED' },
        }),
      });
      expect(await warehouse.level('CANCEL-2')).toMatchObject({ onOrder: 0 });
    });

    it('is refused once the goods are there, and for an unknown order', async () => {
      const order = await warehouse.openRestockOrder('CANCEL-3', 10);
      await receive(order, 10);
      await expect(progress.cancel(order.id, 'kim', 'late')).rejects.toMatchObject({
        code: 'RESTOCK_ORDER.CLOSED',
        facts: { currentStatus: 'RECEIVED' },
      });
      await expect(progress.cancel('no-such-order', 'kim', 'why')).rejects.toMatchObject({
        code: 'RESTOCK_ORDER.UNKNOWN',
      });
    });
  });

  describe('the watchdog', () => {
    const alerts = async ({ id }: RestockOrder) =>
      (await warehouse.outbox('notifications')).filter(
        ({ kind: mail, facts }) =>
          mail === 'RESTOCK_OVERDUE' && (facts as { restockOrderId: string }).restockOrderId === id,
      );

    const openLate = async (sku: string) => {
      const order = await warehouse.openRestockOrder(sku, 10);
      await attempts.recordOrdered(order.id);
      await warehouse.dataSource.manager.update(RestockOrder, order.id, {
        deadlineAt: new Date(Date.now() - 1_000),
      });
      return order;
    };

    it('sends one mail about goods that missed their deadline', async () => {
      const order = await openLate('OVERDUE');
      await receive(order, 4);
      expect(await progress.markOverdue()).toBe(1);
      expect(await progress.markOverdue()).toBe(0);
      expect(await warehouse.restockOrder(order.id)).toMatchObject({ status: 'OVERDUE' });
      expect(await alerts(order)).toMatchObject([
        { audience: 'OPERATORS', facts: { sku: 'OVERDUE', quantity: 10, receivedQuantity: 4 } },
      ]);
    });

    it('sends one mail when three workers look at once, and counts each order once', async () => {
      const orders = [await openLate('OVERDUE-2'), await openLate('OVERDUE-3')];
      const counts = await Promise.all([1, 2, 3].map(() => progress.markOverdue()));
      expect(counts.reduce((sum, found) => sum + found, 0)).toBe(orders.length);
      for (const order of orders) {
        expect(await alerts(order)).toHaveLength(1);
        expect((await timeline(order.id)).filter((step) => step === 'OVERDUE')).toHaveLength(1);
      }
    });

    it('ignores orders that are in time, not ordered yet, complete or cancelled', async () => {
      const inTime = await warehouse.openRestockOrder('IN-TIME', 10);
      await attempts.recordOrdered(inTime.id);
      await warehouse.openRestockOrder('REQUESTED', 10);
      await receive(await openLate('COMPLETE'), 10);
      await progress.cancel((await openLate('GIVEN-UP')).id, 'kim', 'why');
      expect(await progress.markOverdue()).toBe(0);
    });
  });
});
