import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { AdjustmentService } from '../adjustment/adjustment.service.js';
import { DeadLetter } from '../dead-letter/dead-letter.entity.js';
import { DeadLetterService } from '../dead-letter/dead-letter.service.js';
import { IdempotencyService } from '../idempotency/idempotency.service.js';
import { Notification } from '../notification/notification.entity.js';
import { NotificationService } from '../notification/notification.service.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { RestockProgressService } from '../restock/restock-progress.service.js';
import { RestockService } from '../restock/restock.service.js';
import { SettableClock } from '../testing/settable-clock.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { type RetentionKind } from './retention-rules.js';
import { RetentionService } from './retention.service.js';

const DAY_MS = 24 * 3_600_000;
const BY_KIM = { by: 'kim' };

describe.each(TEST_DATABASES)('where a row was deleted on %s', (kind) => {
  const clock = new SettableClock();
  let warehouse: Warehouse;
  let deadLetters: DeadLetterService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind, 10, clock);
    deadLetters = warehouse.get(DeadLetterService);
  });

  afterEach(async () => {
    await publishAll();
    expect(await warehouse.differences()).toEqual([]);
  });
  afterAll(() => warehouse.close());

  /** No message waits for a hundred days. */
  const publishAll = () =>
    warehouse.dataSource.query(
      'UPDATE outbox_message SET published_at = created_at WHERE published_at IS NULL',
    );

  /** Lets a hundred days go by, and deletes what is older than 90 then. */
  const grow = async (...kinds: RetentionKind[]) => {
    await publishAll();
    clock.advance(100 * DAY_MS);
    for (const each of kinds) await warehouse.get(RetentionService).deleteOldest(each, 90 * DAY_MS);
  };

  const open = async (code: string, rest: object = {}) => {
    const messageId = randomUUID();
    // Each fails at something of its own.
    const body = JSON.stringify({ messageId });
    const message = { queue: 'restock', messageId, body, attributes: {}, ...rest };
    await deadLetters.open(message, { code, detail: 'why' });
    return warehouse.dataSource.manager.findOneByOrFail(DeadLetter, { messageId: message.messageId });
  };

  const mailsOf = async (code: string) =>
    (await warehouse.outbox('notifications')).filter(({ facts }) => (facts as any).causeCode === code);

  const sendMails = async () => {
    const outbox = warehouse.get(OutboxService);
    const messages = await outbox.claim(100, 1_000, 'notifications');
    for (const { payload } of messages) {
      const { notificationId: id, kind } = payload as { notificationId: string; kind: string };
      await warehouse.get(NotificationService).claim({ id, kind, recipient: 'a@b.kr', subject: 's' }, 1_000);
      await warehouse.get(NotificationService).recordSent(id);
    }
    await outbox.markPublished(messages);
  };

  it('a dead letter can be neither read nor redriven nor discarded', async () => {
    const { id } = await open('ONE');
    await deadLetters.discard(id, BY_KIM);
    await grow('dead_letters');
    const unknown = { code: 'DEAD_LETTER.UNKNOWN' };
    await expect(deadLetters.get(id)).rejects.toMatchObject(unknown);
    await expect(deadLetters.redrive(id, BY_KIM)).rejects.toMatchObject(unknown);
    await expect(deadLetters.discard(id, BY_KIM)).rejects.toMatchObject(unknown);
  });

  it('a page of dead letters goes on from it', async () => {
    const letters = [];
    for (let number = 0; number < 3; number += 1) letters.push(await open('PAGED'));
    const { items, nextCursor } = await deadLetters.list({ causeCode: 'PAGED', limit: 2 });
    expect(items.map(({ id }) => id)).toEqual([letters[2]!.id, letters[1]!.id]);
    await deadLetters.discard(nextCursor!, BY_KIM);
    await grow('dead_letters');
    const page = { causeCode: 'PAGED', limit: 2, cursor: nextCursor! };
    expect((await deadLetters.list(page)).items).toMatchObject([{ id: letters[0]!.id }]);
    expect((await deadLetters.list({ ...page, order: 'asc' })).items).toMatchObject([{ id: letters[2]!.id }]);
  });

  it('there is one mail a cause still, while a letter of which a mail told is open', async () => {
    const first = await open('TOLD');
    await sendMails();
    await grow('mails', 'dead_letters');
    const { notificationId } = await deadLetters.get(first.id);
    expect(await warehouse.dataSource.manager.existsBy(Notification, { id: notificationId! })).toBe(false);
    expect(await open('TOLD')).toMatchObject({ notificationId: null });
    expect(await mailsOf('TOLD')).toHaveLength(1);
  });

  it('there is a mail again once all letters of the cause are resolved, whether they are deleted or not', async () => {
    for (const code of ['RESOLVED', 'DELETED']) {
      await deadLetters.discard((await open(code)).id, BY_KIM);
      if (code === 'DELETED') await grow('dead_letters', 'mails');
      await open(code);
      expect(await mailsOf(code)).toHaveLength(2);
    }
  });

  it('a mail that could not be sent does not look for the letter that it told of', async () => {
    const { id, notificationId } = await open('GONE');
    await deadLetters.discard(id, BY_KIM);
    await grow('dead_letters');
    const mail = { queue: 'notifications', body: JSON.stringify({ notificationId }) };
    expect(await open('MAIL.REFUSED', mail)).toMatchObject({ status: 'OPEN' });
  });

  it('a restock order stays, with an empty timeline', async () => {
    const { id } = await warehouse.openRestockOrder('RING', 10);
    await warehouse.get(RestockProgressService).cancel(id, 'kim', 'no need');
    await grow('timelines', 'messages');
    const { order, timeline } = await warehouse.get(RestockService).get(id);
    expect(order).toMatchObject({ id, status: 'CANCELLED', quantity: 10 });
    expect(timeline).toEqual([]);
    const { items } = await warehouse.get(RestockService).list({ sku: 'RING', limit: 10 });
    expect(items).toHaveLength(1);
  });

  it('an idempotency key can be used again', async () => {
    await warehouse.stockProduct('KEYED', 10);
    const add = () =>
      warehouse.get(IdempotencyService).once({ key: 'k', fingerprint: 'f' }, async (manager) => {
        const { onHand } = await warehouse.get(AdjustmentService).adjust('KEYED', 1, 'found', 'kim', manager);
        return { status: 200, headers: {}, body: String(onHand) };
      });
    expect([await add(), await add()]).toMatchObject([{ body: '11' }, { body: '11', isReplayed: true }]);
    await grow('keyed_requests');
    expect(await add()).toMatchObject({ body: '12', isReplayed: false });
  });
});
