import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { AuditService } from '../audit/audit.service.js';
import { Notification } from '../notification/notification.entity.js';
import { Factory } from '../product/factory.entity.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { DeadLetterDesk } from '../testing/dead-letter-desk.js';
import { SettableClock } from '../testing/settable-clock.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { DeadLetter } from './dead-letter.entity.js';
import { DeadLetterJobItem } from './dead-letter-job-item.entity.js';

const TIMEOUT = { code: 'FACTORY.TIMEOUT', detail: 'no answer within 10000 ms' };

describe.each(TEST_DATABASES)('jobs over dead letters on %s', (kind) => {
  let warehouse: Warehouse;
  let clock: SettableClock;
  let desk: DeadLetterDesk;

  beforeAll(async () => {
    clock = new SettableClock();
    warehouse = await Warehouse.open(kind, 10, clock);
  }, 60_000);
  beforeEach(() => void (desk = new DeadLetterDesk(warehouse, clock)));
  afterEach(async () => {
    expect(await warehouse.differences()).toEqual([]);
  });
  afterAll(() => warehouse.close());

  it('plan what would become of each letter, and change nothing', async () => {
    const webhookFactory = { id: 'FF-2', adapter: 'webhook' } as const;
    const [legacy] = await warehouse.dataSource.manager.findBy(Factory, { id: 'FF-1' });
    await warehouse.dataSource.manager.insert(Factory, { ...legacy!, ...webhookFactory });
    const { letter: safe } = await desk.openOrder('SAFE');
    await desk.openOrder('UNSAFE', TIMEOUT);
    await desk.openOrder('KEYS', TIMEOUT, 'FF-2');
    const { order: done } = await desk.openOrder('DONE');
    await warehouse.dataSource.manager.update(RestockOrder, { id: done.id }, { status: 'ORDERED' });
    const mail = {
      notificationId: randomUUID(),
      kind: 'STOCK_RAN_OUT',
      facts: { sku: 'RING', name: 'Ring', restockOrderId: null },
      audience: 'OPERATORS',
    };
    await desk.open('notifications', mail);
    const sentMail = { id: mail.notificationId, kind: 'x', recipient: 'x', subject: 'x', sentAt: new Date() };
    await warehouse.dataSource.manager.insert(Notification, sentMail);
    await desk.open('goods-receipts', { broken: true });
    await desk.open('probe', { input: 1 });
    const before = await warehouse.dataSource.manager.findBy(DeadLetter, { status: 'OPEN' });
    const job = await desk.plan();
    expect(await desk.jobs.countsOf(job.id)).toEqual({
      planned: { REDRIVE: 3, UNSAFE: 1, SATISFIED: 2, NOT_REDRIVABLE: 1 },
      outcomes: { PENDING: 7 },
      failedAgain: 0,
    });
    expect(await warehouse.dataSource.manager.findBy(DeadLetter, { status: 'OPEN' })).toEqual(before);
    expect(job).toMatchObject({ status: 'PLANNED', createdBy: 'kim', filter: { text: desk.mark } });
    const { items } = await desk.jobs.items(job.id, { limit: 1 });
    expect(items).toMatchObject([{ deadLetterId: safe.id, plan: 'REDRIVE', outcome: 'PENDING' }]);
    expect((await desk.jobs.countsOf((await desk.plan({ includesUnsafe: true })).id)).planned).toMatchObject({
      REDRIVE: 4,
    });
    await desk.start(job.id);
    await desk.run(job.id);
    expect(await desk.jobs.get(job.id)).toMatchObject({ status: 'DONE', finishedAt: expect.any(Date) });
    expect(await desk.outcomes(job.id)).toEqual({ REDRIVEN: 3, UNSAFE: 1, SATISFIED: 2, NOT_REDRIVABLE: 1 });
    const left = await desk.letters.list({ limit: 10, status: 'OPEN', text: desk.mark });
    expect(left.items.map(({ causeCode, queue }) => [queue, causeCode]).sort()).toEqual([
      ['goods-receipts', 'FACTORY.REFUSED'],
      ['restock', 'FACTORY.TIMEOUT'],
    ]);
    // What is done already is closed, and not sent again.
    expect(
      (await warehouse.outbox('notifications')).filter(
        ({ notificationId }) => notificationId === mail.notificationId,
      ),
    ).toEqual([]);
    expect(await warehouse.restockOrder(done.id)).toMatchObject({ status: 'ORDERED' });
  }, 30_000);

  it('are about the letters that were open when they were planned, and no others', async () => {
    const [first, second] = await desk.openProbes(2);
    await desk.letters.discard(first!.id, { by: 'lee' });
    const job = await desk.plan();
    const [late] = await desk.openProbes(1);
    await desk.start(job.id);
    await desk.run(job.id);
    expect(await desk.outcomes(job.id)).toEqual({ REDRIVEN: 1 });
    expect(await desk.letters.get(late!.id)).toMatchObject({ status: 'OPEN' });
    expect(await desk.letters.get(second!.id)).toMatchObject({
      status: 'REDRIVEN',
      resolvedBy: 'kim',
      resolutionNote: `job ${job.id}`,
    });
  });

  it('take letters by id, and note what they are for', async () => {
    const [first, , third] = await desk.openProbes(3);
    const job = await desk.plan({ filter: {}, ids: [third!.id, first!.id, randomUUID()], note: 'mended' });
    await desk.start(job.id);
    await desk.run(job.id);
    const { items } = await desk.jobs.items(job.id, { limit: 10 });
    expect(items.map(({ deadLetterId }) => deadLetterId)).toEqual([first!.id, third!.id]);
    expect(await desk.letters.get(first!.id)).toMatchObject({ resolutionNote: 'mended' });
  });

  it('do the first letter as a test, and then the rest', async () => {
    const [first] = await desk.openProbes(3);
    const job = await desk.plan();
    await desk.start(job.id, true);
    await desk.run(job.id);
    expect(await desk.jobs.get(job.id)).toMatchObject({ status: 'PAUSED' });
    expect(await desk.outcomes(job.id)).toEqual({ REDRIVEN: 1, PENDING: 2 });
    expect(await desk.letters.get(first!.id)).toMatchObject({ status: 'REDRIVEN' });
    await desk.start(job.id);
    await desk.run(job.id);
    expect(await desk.outcomes(job.id)).toEqual({ REDRIVEN: 3 });
  });

  it('leave the letters open whose turn has not come when they are cancelled', async () => {
    const opened = await desk.openProbes(3);
    const job = await desk.plan();
    await desk.start(job.id, true);
    await desk.run(job.id);
    await desk.cancel(job.id);
    expect(await desk.jobs.get(job.id)).toMatchObject({ status: 'CANCELLED' });
    expect(await desk.outcomes(job.id)).toEqual({ REDRIVEN: 1, CANCELLED: 2 });
    expect(await desk.letters.get(opened[2]!.id)).toMatchObject({ status: 'OPEN' });
    const closed = { code: 'DEAD_LETTER_JOB.CLOSED', facts: { currentStatus: 'CANCELLED' } };
    await expect(desk.start(job.id)).rejects.toMatchObject(closed);
    await expect(desk.cancel(job.id)).rejects.toMatchObject(closed);
    await expect(desk.start('none')).rejects.toMatchObject({ code: 'DEAD_LETTER_JOB.UNKNOWN' });
  });

  it('say which letters somebody else has resolved, and which have failed again', async () => {
    const { letter } = await desk.openOrder('AGAIN');
    const [other] = await desk.openProbes(1);
    const job = await desk.plan();
    await desk.letters.discard(other!.id, { by: 'lee' });
    await desk.start(job.id);
    await desk.run(job.id);
    expect(await desk.outcomes(job.id)).toEqual({ REDRIVEN: 1, RESOLVED_BEFORE: 1 });
    expect((await desk.jobs.countsOf(job.id)).failedAgain).toBe(0);
    clock.advance(1);
    await desk.open('restock', JSON.parse(letter.body) as object);
    expect((await desk.jobs.countsOf(job.id)).failedAgain).toBe(1);
  });

  it('discard as well', async () => {
    const { order } = await desk.openOrder('GIVEN-UP', TIMEOUT);
    await desk.openProbes(2);
    const job = await desk.plan({ action: 'DISCARD' });
    expect((await desk.jobs.countsOf(job.id)).planned).toEqual({ DISCARD: 3 });
    await desk.start(job.id);
    await desk.run(job.id);
    expect(await desk.outcomes(job.id)).toEqual({ DISCARDED: 3 });
    expect(await warehouse.restockOrder(order.id)).toMatchObject({ status: 'CANCELLED' });
  });

  it('are in the audit when they have ended, with their outcomes, and listed by state', async () => {
    await desk.openProbes(2);
    const job = await desk.plan();
    await desk.start(job.id);
    await desk.run(job.id);
    const { items } = await warehouse
      .get(AuditService)
      .list({ limit: 1, subjectType: 'dead_letter_job', subjectId: job.id });
    expect(items).toMatchObject([
      { action: 'dead_letter_job.finished', actor: 'kim', newValues: { REDRIVEN: 2 } },
    ]);
    const newest = await desk.jobs.list({ limit: 1, status: 'DONE' });
    expect(newest.items[0]!.id).toBe(job.id);
    const page = await desk.jobs.items(job.id, { limit: 1, outcome: 'REDRIVEN' });
    const rest = await desk.jobs.items(job.id, { limit: 5, outcome: 'REDRIVEN', cursor: page.nextCursor! });
    expect(page.items.concat(rest.items)).toHaveLength(2);
    expect(
      await warehouse.dataSource.manager.countBy(DeadLetterJobItem, { outcome: 'PENDING' }),
    ).toBeGreaterThan(0);
  });
});
