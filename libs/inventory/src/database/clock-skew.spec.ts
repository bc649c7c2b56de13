import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { IsNull } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { DeadLetter } from '../dead-letter/dead-letter.entity.js';
import { DeadLetterService } from '../dead-letter/dead-letter.service.js';
import { DeliveryFailureService } from '../dead-letter/delivery-failure.service.js';
import { NotificationService } from '../notification/notification.service.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { ReceivingService } from '../receiving/receiving.service.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { RestockAttemptService } from '../restock/restock-attempt.service.js';
import { RestockProgressService } from '../restock/restock-progress.service.js';
import { RestockService } from '../restock/restock.service.js';
import { SaleService } from '../sale/sale.service.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { withWrongClock } from '../testing/wrong-clock.js';

const HOUR_MS = 3_600_000;
const LEASE_MS = 60_000;

/** Goal: a process with a wrong clock decides nothing about leases and deadlines that others share with it. */
describe.each(TEST_DATABASES)('a process whose own clock is wrong, on %s', (kind) => {
  let warehouse: Warehouse;
  let restock: RestockService;
  let progress: RestockProgressService;
  let attempts: RestockAttemptService;
  let outbox: OutboxService;
  let notifications: NotificationService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    restock = warehouse.get(RestockService);
    progress = warehouse.get(RestockProgressService);
    attempts = warehouse.get(RestockAttemptService);
    outbox = warehouse.get(OutboxService);
    notifications = warehouse.get(NotificationService);
  });

  afterEach(async () => {
    expect(await warehouse.differences()).toEqual([]);
    await warehouse.dataSource.manager.clear(OutboxMessage);
  });
  afterAll(() => warehouse.close());

  const ahead = <T>(work: () => Promise<T>) => withWrongClock(2 * HOUR_MS, work);
  const behind = <T>(work: () => Promise<T>) => withWrongClock(-2 * HOUR_MS, work);
  const skews = [
    { skew: 'ahead', wrong: ahead },
    { skew: 'behind', wrong: behind },
  ];

  const mail = () => ({
    id: uuidv7(),
    kind: 'STOCK_RAN_OUT',
    recipient: 'ads@donut-states.example',
    subject: '',
  });
  const change = (id: string, values: Partial<RestockOrder>) =>
    warehouse.dataSource.manager.update(RestockOrder, id, values);
  const secondsFromNow = (seconds: number) => new Date(Date.now() + seconds * 1_000);

  /** In whole minutes from now. Adding 0 makes 0 of -0. */
  const fromNow = (time: Date | null) => Math.round((time!.getTime() - Date.now()) / 60_000) + 0;

  describe('two hours ahead', () => {
    it('marks nothing overdue, and sends nothing again', async () => {
      const ordered = await warehouse.openRestockOrder('AHEAD-ORDERED', 10);
      await attempts.recordOrdered(ordered.id);
      const requested = await warehouse.openRestockOrder('AHEAD-REQUESTED', 10);
      expect(await ahead(() => progress.markOverdue())).toBe(0);
      expect(await ahead(() => restock.resendLostRequests())).toBe(0);
      expect(await warehouse.restockOrder(ordered.id)).toMatchObject({ status: 'ORDERED' });
      const messages = await warehouse.outbox('restock');
      expect(messages.filter(({ restockOrderId }) => restockOrderId === requested.id)).toHaveLength(1);
      expect(await warehouse.outbox('notifications')).toEqual([]);
      expect(await warehouse.dataSource.manager.find(DeadLetter)).toEqual([]);
    });

    it('takes no factory attempt, no mail and no message that another process has leased', async () => {
      const { id } = await warehouse.openRestockOrder('AHEAD-LEASED', 10);
      const sent = mail();
      await attempts.claim(id, LEASE_MS);
      await notifications.claim(sent, LEASE_MS);
      expect(await outbox.claim(10, LEASE_MS, 'restock')).toHaveLength(1);
      expect(await ahead(() => attempts.claim(id, LEASE_MS))).toEqual({ kind: 'BUSY' });
      expect(await ahead(() => notifications.claim(sent, LEASE_MS))).toEqual({ kind: 'BUSY' });
      expect(await ahead(() => outbox.claim(10, LEASE_MS, 'restock'))).toEqual([]);
    });

    it('holds no lease longer than it asked for', async () => {
      const { id } = await warehouse.openRestockOrder('AHEAD-LEASE', 10);
      const sent = mail();
      await ahead(() => attempts.claim(id, 1));
      await ahead(() => notifications.claim(sent, 1));
      await ahead(() => outbox.claim(10, 1, 'restock'));
      await sleep(20);
      expect(await attempts.claim(id, LEASE_MS)).toMatchObject({ kind: 'CLAIMED' });
      // A mail is claimed by an insert at first and by an update again: both have a lease.
      expect(await ahead(() => notifications.claim(sent, 1))).toMatchObject({ kind: 'CLAIMED' });
      await sleep(20);
      expect(await notifications.claim(sent, LEASE_MS)).toMatchObject({ kind: 'CLAIMED' });
      expect(await outbox.claim(10, LEASE_MS, 'restock')).toHaveLength(1);
    });

    it('finds no difference between the tables', async () => {
      const { id } = await warehouse.openRestockOrder('AHEAD-RECONCILE', 10);
      await attempts.recordOrdered(id);
      expect(await ahead(() => warehouse.differences())).toEqual([]);
    });
  });

  describe('two hours behind', () => {
    it('takes over the work of a dead process when its lease has ended', async () => {
      const { id } = await warehouse.openRestockOrder('BEHIND-LEASE', 10);
      const sent = mail();
      await attempts.claim(id, 1);
      await notifications.claim(sent, 1);
      await outbox.claim(10, 1, 'restock');
      await sleep(20);
      expect(await behind(() => attempts.claim(id, LEASE_MS))).toMatchObject({ kind: 'CLAIMED' });
      expect(await behind(() => notifications.claim(sent, LEASE_MS))).toMatchObject({ kind: 'CLAIMED' });
      expect(await behind(() => outbox.claim(10, LEASE_MS, 'restock'))).toHaveLength(1);
    });

    it('keeps its claims for the whole lease', async () => {
      const { id } = await warehouse.openRestockOrder('BEHIND-LEASED', 10);
      const sent = mail();
      await behind(() => attempts.claim(id, LEASE_MS));
      await behind(() => notifications.claim(sent, LEASE_MS));
      await behind(() => outbox.claim(10, LEASE_MS, 'restock'));
      expect(await attempts.claim(id, LEASE_MS)).toEqual({ kind: 'BUSY' });
      expect(await notifications.claim(sent, LEASE_MS)).toEqual({ kind: 'BUSY' });
      expect(await outbox.claim(10, LEASE_MS, 'restock')).toEqual([]);
    });

    it('notices overdue orders, and orders that were never sent to the factory', async () => {
      const ordered = await warehouse.openRestockOrder('BEHIND-ORDERED', 10);
      await attempts.recordOrdered(ordered.id);
      await change(ordered.id, { deadlineAt: secondsFromNow(-1) });
      const requested = await warehouse.openRestockOrder('BEHIND-REQUESTED', 10);
      await change(requested.id, { deadlineAt: secondsFromNow(-1) });
      expect(await behind(() => progress.markOverdue())).toBe(1);
      expect(await behind(() => restock.resendLostRequests())).toBe(1);
      expect(fromNow((await warehouse.restockOrder(requested.id)).deadlineAt)).toBe(30);
    });

    it('finds rows that wait too long', async () => {
      const { id } = await warehouse.openRestockOrder('BEHIND-RECONCILE', 10);
      await attempts.recordOrdered(id);
      await change(id, { deadlineAt: secondsFromNow(-130) });
      await warehouse.dataSource.manager.update(
        OutboxMessage,
        { publishedAt: IsNull() },
        { createdAt: secondsFromNow(-130) },
      );
      const differences = await behind(() => warehouse.differences());
      expect(differences.map(({ invariant }) => invariant.slice(0, 20))).toEqual([
        'no message waits in ',
        'no restock order is ',
      ]);
      await progress.markOverdue();
      await warehouse.dataSource.manager.clear(OutboxMessage);
    });
  });

  describe.each(skews)('two hours $skew', ({ skew, wrong }) => {
    it('opens, orders and redrives with deadlines that are right for other processes', async () => {
      const sku = `DEADLINES-${skew}`;
      await warehouse.stockProduct(sku, 1);
      const orderOf = () => warehouse.dataSource.manager.findOneByOrFail(RestockOrder, { sku });
      await wrong(() => warehouse.get(SaleService).place({ lines: [{ sku, quantity: 2 }] }));
      const { id, requestedAt, deadlineAt } = await orderOf();
      expect([fromNow(requestedAt), fromNow(deadlineAt)]).toEqual([0, 30]);
      const message = {
        queue: 'restock',
        messageId: uuidv7(),
        body: JSON.stringify({ restockOrderId: id }),
        attributes: {},
      };
      await wrong(() => warehouse.get(DeadLetterService).open(message));
      const letter = await warehouse.dataSource.manager.findOneByOrFail(DeadLetter, {
        messageId: message.messageId,
      });
      expect(fromNow(letter.openedAt)).toBe(0);
      await change(id, { deadlineAt: secondsFromNow(-1) });
      await wrong(() => warehouse.get(DeadLetterService).redrive(letter.id, { by: 'kim' }));
      expect(fromNow((await orderOf()).deadlineAt)).toBe(30);
      await wrong(() => attempts.recordOrdered(id));
      const { orderedAt, expectedAt, deadlineAt: overdueAt } = await orderOf();
      expect([fromNow(orderedAt), fromNow(expectedAt), fromNow(overdueAt)]).toEqual([0, 0, 1]);
    });

    it('accepts the order at a partial delivery, with the right deadline', async () => {
      const { id, sku, factoryId } = await warehouse.openRestockOrder(`PART-${skew}`, 10);
      const part = { restockOrderId: id, sku, factoryId, quantity: 4, deliveryFingerprint: 'one' };
      await wrong(() => warehouse.get(ReceivingService).receive(part));
      expect(fromNow((await warehouse.restockOrder(id)).deadlineAt)).toBe(1);
    });

    it('writes messages whose age is right for other processes', async () => {
      const { id } = await warehouse.openRestockOrder(`AGE-${skew}`, 10);
      await attempts.recordOrdered(id);
      await change(id, { deadlineAt: secondsFromNow(-1) });
      await wrong(() => progress.markOverdue());
      await wrong(() => warehouse.openRestockOrder(`AGE-2-${skew}`, 10));
      await warehouse.stockProduct(`AGE-3-${skew}`, 1);
      await wrong(() => warehouse.get(SaleService).place({ lines: [{ sku: `AGE-3-${skew}`, quantity: 1 }] }));
      const messages = await warehouse.dataSource.manager.find(OutboxMessage);
      expect(messages.map(({ createdAt }) => fromNow(createdAt))).toEqual([0, 0, 0, 0, 0, 0]);
    });
  });

  it('uses the last failed attempt as the cause of a dead letter, with any clocks of the workers', async () => {
    const failures = warehouse.get(DeliveryFailureService);
    const messageId = uuidv7();
    const fail = (receiveCount: number, code: string) =>
      failures.recordFailure({ messageId, receiveCount, code, detail: '', failedAt: new Date() });
    // The ids of one process only grow. So the later attempt comes first here, as from a worker that is behind.
    await fail(2, 'LAST');
    await fail(1, 'FIRST');
    await warehouse.get(DeadLetterService).open({ queue: 'probe', messageId, body: '{}', attributes: {} });
    const letter = await warehouse.dataSource.manager.findOneByOrFail(DeadLetter, { messageId });
    expect(letter.attempts.map(({ code }) => code)).toEqual(['FIRST', 'LAST']);
    expect(letter.causeCode).toBe('LAST');
  });
});
