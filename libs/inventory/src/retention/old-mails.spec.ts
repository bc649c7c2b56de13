import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { In } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../database/database.js';
import { DeadLetter } from '../dead-letter/dead-letter.entity.js';
import { DeadLetterService } from '../dead-letter/dead-letter.service.js';
import { Notification } from '../notification/notification.entity.js';
import { NotificationService } from '../notification/notification.service.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { insertRows } from '../testing/old-rows.js';
import { SettableClock } from '../testing/settable-clock.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { MOST_LETTERS_OF_MAILS } from './old-mails.js';
import { RetentionService } from './retention.service.js';

const DAY_MS = 24 * 3_600_000;
const LEASE_MS = 20_000;
const BY_KIM = { by: 'kim' };

/** The shortest that the worker takes: a message lives for 14 days. */
const RETENTION_DAYS = 15;

describe.each(TEST_DATABASES)('the retention of mails on %s', (kind) => {
  let clock: SettableClock;
  let warehouse: Warehouse;

  beforeAll(async () => {
    clock = new SettableClock();
    warehouse = await Warehouse.open(kind, 10, clock);
  });

  beforeEach(async () => {
    for (const entity of [Notification, DeadLetter, OutboxMessage]) {
      await warehouse.dataSource.manager.clear(entity);
    }
  });

  afterAll(() => warehouse.close());

  const deleteOldest = () => warehouse.get(RetentionService).deleteOldest('mails', RETENTION_DAYS * DAY_MS);
  const pass = (days: number) => clock.advance(days * DAY_MS);

  const ask = (id: string) =>
    warehouse
      .get(NotificationService)
      .claim({ id, kind: 'STOCK_RAN_OUT', recipient: 'ads@donut-states.example', subject: 's' }, LEASE_MS);

  const send = async (id: string = uuidv7()) => {
    await ask(id);
    await warehouse.get(NotificationService).recordSent(id);
    return id;
  };

  const isKnown = (id: string) => warehouse.dataSource.manager.existsBy(Notification, { id });

  const openLetter = async (notificationId: string) => {
    const messageId = uuidv7();
    const message = {
      queue: 'notifications',
      messageId,
      body: JSON.stringify({ notificationId }),
      attributes: {},
    };
    await warehouse.get(DeadLetterService).open(message, { code: 'MAIL.REFUSED', detail: 'no' });
    const letter = await warehouse.dataSource.manager.findOneByOrFail(DeadLetter, { messageId });
    // The mail that tells of it is another one.
    await publishAll();
    return letter.id;
  };

  const publishAll = async () => {
    const outbox = warehouse.get(OutboxService);
    await outbox.markPublished(await outbox.claim(100, LEASE_MS, 'notifications'));
  };

  it('outlives every repeat of a message, which lives for 14 days', async () => {
    const id = await send();
    pass(14);
    expect(await deleteOldest()).toBe(0);
    expect(await ask(id)).toEqual({ kind: 'SENT' });
    pass(1);
    clock.advance(1);
    expect(await deleteOldest()).toBe(1);
    expect(await isKnown(id)).toBe(false);
  });

  it('outlives a copy of the message that waits in the outbox', async () => {
    const id = await send();
    const late = await send();
    await warehouse.get(Database).write(async (manager) => {
      const at = await clock.now();
      await warehouse
        .get(OutboxService)
        .addUnchecked(manager, 'notifications', { notificationId: id }, new Date(at.getTime() - 1));
    });
    pass(100);
    expect(await deleteOldest()).toBe(0);
    await publishAll();
    expect(await ask(id)).toEqual({ kind: 'SENT' });
    expect(await deleteOldest()).toBe(2);
    expect([await isKnown(id), await isKnown(late)]).toEqual([false, false]);
  });

  it('does not wait for messages of other queues', async () => {
    await send();
    await warehouse
      .get(Database)
      .write(async (manager) =>
        warehouse.get(OutboxService).addUnchecked(manager, 'webhooks', {}, await clock.now()),
      );
    pass(16);
    expect(await deleteOldest()).toBe(1);
  });

  it('outlives its dead letter, and after a redrive the repeats of what was redriven', async () => {
    const id = await send();
    const letter = await openLetter(id);
    pass(100);
    expect(await deleteOldest()).toBe(0);
    await warehouse.get(DeadLetterService).redrive(letter, BY_KIM);
    expect(await deleteOldest()).toBe(0);
    await publishAll();
    pass(14);
    expect(await deleteOldest()).toBe(0);
    expect(await ask(id)).toEqual({ kind: 'SENT' });
    pass(1);
    clock.advance(1);
    expect(await deleteOldest()).toBe(1);
  });

  it('of one that a person gave up is over when it is old, and no other is that was not sent', async () => {
    const newId = () => uuidv7({ msecs: clock.localNow().getTime() });
    const [discarded, redriven, open] = [newId(), newId(), newId()];
    for (const id of [discarded, redriven, open]) await ask(id);
    await warehouse.get(DeadLetterService).discard(await openLetter(discarded), BY_KIM);
    const letter = await openLetter(redriven);
    await openLetter(open);
    clock.advance(60_000);
    expect(await deleteOldest()).toBe(0);
    pass(16);
    await warehouse.get(DeadLetterService).redrive(letter, BY_KIM);
    await publishAll();
    expect(await deleteOldest()).toBe(1);
    const kept = await warehouse.dataSource.manager.findBy(Notification, { id: In([redriven, open]) });
    expect(kept).toHaveLength(2);
    expect(await isKnown(discarded)).toBe(false);
  });

  it('is not over while too many dead letters name mails', async () => {
    await send();
    const { manager } = warehouse.dataSource;
    const open = { queue: 'notifications', status: 'OPEN', resolvedAt: null };
    await insertRows(manager, 'dead_letters', clock.localNow(), MOST_LETTERS_OF_MAILS + 1, open);
    pass(16);
    expect(await deleteOldest()).toBe(0);
    const [one] = await manager.find(DeadLetter, { take: 1 });
    await manager.delete(DeadLetter, { id: one!.id });
    expect(await deleteOldest()).toBe(1);
  }, 30_000);
});
