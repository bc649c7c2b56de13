import { type NotificationMessage } from '#queues';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { DeadLetterService } from '../dead-letter/dead-letter.service.js';
import { CircuitService } from '../circuit/circuit.service.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { SettableClock } from '../testing/settable-clock.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { type MailGuard, MailWaitService } from './mail-wait.service.js';
import { Notification } from './notification.entity.js';
import { NotificationService } from './notification.service.js';

const LEASE_MS = 20_000;
const RECIPIENT = 'ads@example.com';

const guard: MailGuard = {
  callsPerMinute: 60,
  burst: 1,
  failureThreshold: 1,
  probeIntervalMs: 30_000,
  digestMs: 60_000,
};

describe.each(TEST_DATABASES)('mails that wait, on %s', (kind) => {
  let warehouse: Warehouse;
  let clock: SettableClock;
  let notifications: NotificationService;
  let waits: MailWaitService;

  beforeEach(async () => {
    clock = new SettableClock();
    warehouse = await Warehouse.open(kind, 10, clock);
    notifications = warehouse.get(NotificationService);
    waits = warehouse.get(MailWaitService);
  });

  afterEach(() => warehouse.close());

  const later = (ms: number) => new Date(clock.localNow().getTime() + ms);

  const soldOut = (sku: string) =>
    ({
      notificationId: uuidv7(),
      kind: 'STOCK_RAN_OUT',
      audience: 'AD_MANAGER',
      to: RECIPIENT,
      facts: { sku, name: sku, restockOrderId: null },
    }) satisfies NotificationMessage;

  const isBack = (sku: string, to = RECIPIENT): NotificationMessage => ({
    ...{ notificationId: uuidv7(), kind: 'GOODS_RECEIVED', audience: 'AD_MANAGER', to },
    facts: { sku, name: sku, quantity: 10, onHand: 10 },
  });

  async function claim(message: NotificationMessage): Promise<{ id: string; claimedUntil: Date }> {
    const { notificationId: id, to } = message;
    const mail = { id, kind: message.kind, recipient: to!, subject: '' };
    const outcome = await notifications.claim(mail, LEASE_MS);
    if (outcome.kind !== 'CLAIMED') throw new Error(`The claim is ${outcome.kind}.`);
    return { id, claimedUntil: outcome.claimedUntil };
  }

  /** Claims the mail and asks whether it may be sent. */
  async function enter(message: NotificationMessage) {
    const claimed = await claim(message);
    return { ...claimed, together: await waits.enter(claimed, message, guard) };
  }

  const row = ({ notificationId: id }: NotificationMessage) =>
    warehouse.dataSource.manager.findOneByOrFail(Notification, { id });

  const asked = async () =>
    (await warehouse.dataSource.manager.findBy(OutboxMessage, { queue: 'notifications' })).map(
      ({ payload }) => (payload as NotificationMessage).notificationId,
    );

  const deadLetter = (mail: NotificationMessage) =>
    warehouse
      .get(DeadLetterService)
      .open({ queue: 'notifications', messageId: 'm', attributes: {}, body: JSON.stringify(mail) });

  const outage = { cause: 'SES did not take the mail', isThrottled: false };

  it('are one a second where the mail service takes one a second', async () => {
    const [first, second] = [soldOut('CP-1'), soldOut('CP-2')];
    expect((await enter(first)).together).toEqual([first]);
    await notifications.recordSent(first.notificationId);
    expect((await enter(second)).together).toBeUndefined();
    expect(await row(second)).toMatchObject({
      message: second,
      nextAttemptAt: later(1_000),
      claimedUntil: null,
      waitingSince: null,
    });
    clock.advance(999);
    expect(await waits.release(guard, 500)).toBe(0);
    clock.advance(1);
    expect(await waits.release(guard, 500)).toBe(1);
    expect(await asked()).toEqual([second.notificationId]);
    expect((await enter(second)).together).toEqual([second]);
  });

  it('do not go past those that have waited for longer', async () => {
    const mails = ['CP-1', 'CP-2', 'CP-3'].map(soldOut);
    await enter(mails[0]!);
    await notifications.recordSent(mails[0]!.notificationId);
    await enter(mails[1]!);
    clock.advance(5_000);
    // It is due, and the second is before it.
    expect((await enter(mails[2]!)).together).toBeUndefined();
    expect(await waits.release(guard, 500)).toBe(1);
    expect(await asked()).toEqual([mails[1]!.notificationId]);
  });

  it('hold up those behind them until they were sent, also while a worker has them in hand', async () => {
    const mails = ['CP-1', 'CP-2', 'CP-3'].map(soldOut);
    for (const mail of mails) await enter(mail);
    await notifications.recordSent(mails[0]!.notificationId);
    clock.advance(1_000);
    expect(await waits.release(guard, 500)).toBe(1);
    // It is on its way.
    clock.advance(1_000);
    expect(await waits.release(guard, 500)).toBe(0);
    expect((await enter(mails[1]!)).together).toEqual([mails[1]]);
    // A worker has it.
    clock.advance(LEASE_MS);
    expect(await waits.release(guard, 500)).toBe(0);
    await notifications.recordSent(mails[1]!.notificationId);
    expect(await waits.release(guard, 500)).toBe(1);
    expect(await asked()).toEqual([mails[1]!.notificationId, mails[2]!.notificationId]);
  });

  it('are asked for again when the worker that had one in hand died', async () => {
    const mails = ['CP-1', 'CP-2'].map(soldOut);
    for (const mail of mails) await enter(mail);
    await notifications.recordSent(mails[0]!.notificationId);
    clock.advance(1_000);
    await waits.release(guard, 500);
    await enter(mails[1]!);
    clock.advance(LEASE_MS + 1);
    expect(await waits.release(guard, 500)).toBe(1);
    expect(await asked()).toEqual([mails[1]!.notificationId, mails[1]!.notificationId]);
  });

  it('hold up nothing once SES refused them: the others go on', async () => {
    const mails = ['CP-1', 'CP-2', 'CP-3'].map(soldOut);
    for (const mail of mails) await enter(mail);
    await notifications.recordSent(mails[0]!.notificationId);
    clock.advance(1_000);
    await waits.release(guard, 500);
    const claimed = await enter(mails[1]!);
    await waits.separate(claimed, [claimed.id]);
    expect(await waits.release(guard, 500)).toBe(1);
    expect((await asked()).at(-1)).toBe(mails[2]!.notificationId);
  });

  it('are all tried in an outage when the first of them can never be sent', async () => {
    const mails = ['CP-1', 'CP-2'].map(soldOut);
    let { claimedUntil } = await enter(mails[0]!);
    await enter(mails[1]!);
    for (let attempt = 0; attempt < 120; attempt += 1) {
      await waits.recordOutage([mails[0]!.notificationId], { ...outage, claimedUntil }, guard);
      clock.advance(30_000);
      expect(await waits.release(guard, 500)).toBe(1);
      if (attempt < 119) ({ claimedUntil } = await enter(mails[0]!));
    }
    expect((await asked()).filter((id) => id === mails[0]!.notificationId)).toHaveLength(119);
    expect((await asked()).at(-1)).toBe(mails[1]!.notificationId);
  });

  it('wait for an outage, but for a probe an interval, and follow in order when one was taken', async () => {
    const mails = ['CP-1', 'CP-2', 'CP-3'].map(soldOut);
    const { claimedUntil } = await enter(mails[0]!);
    await waits.recordOutage([mails[0]!.notificationId], { ...outage, claimedUntil }, guard);
    expect(await row(mails[0]!)).toMatchObject({ nextAttemptAt: later(30_000), waitingSince: later(0) });
    clock.advance(1_000);
    for (const mail of [mails[2]!, mails[1]!]) expect((await enter(mail)).together).toBeUndefined();
    clock.advance(28_999);
    expect(await waits.release(guard, 60_000)).toBe(0);
    clock.advance(1);
    const released = await Promise.all([1, 2, 3].map(() => waits.release(guard, 60_000)));
    expect(released.sort()).toEqual([0, 0, 1]);
    expect(await asked()).toEqual([mails[0]!.notificationId]);
    expect((await enter(mails[0]!)).together).toEqual([mails[0]]);
    await notifications.recordSent(mails[0]!.notificationId);
    await waits.recordAnswer();
    expect((await warehouse.get(CircuitService).list())[0]).toMatchObject({ name: 'mail', state: 'CLOSED' });
    clock.advance(1_000);
    expect(await waits.release(guard, 60_000)).toBe(2);
    expect((await asked()).slice(1)).toEqual([mails[1]!.notificationId, mails[2]!.notificationId]);
  });

  it('are slowed down by a throttle, which is no outage', async () => {
    const mail = soldOut('CP-1');
    const { claimedUntil } = await enter(mail);
    await waits.recordOutage([mail.notificationId], { ...outage, claimedUntil, isThrottled: true }, guard);
    expect((await warehouse.get(CircuitService).list())[0]).toMatchObject({ state: 'CLOSED' });
    expect(await row(mail)).toMatchObject({ nextAttemptAt: later(2_000), waitingSince: null });
  });

  it('about products that are back are one for each recipient', async () => {
    const mine = [isBack('CP-1'), isBack('CP-2'), isBack('CP-3')];
    const other = isBack('CP-4', 'other@example.com');
    for (const mail of [...mine, other]) expect((await enter(mail)).together).toBeUndefined();
    clock.advance(59_999);
    expect(await waits.release(guard, 500)).toBe(0);
    clock.advance(1);
    expect(await waits.release(guard, 500)).toBe(1);
    expect((await enter(mine[0]!)).together).toEqual(mine);
    await notifications.recordSent(...mine.map(({ notificationId }) => notificationId));
    clock.advance(1_000);
    expect(await waits.release(guard, 500)).toBe(1);
    expect((await enter(other)).together).toEqual([other]);
    clock.advance(600_000);
    await notifications.recordSent(other.notificationId);
    expect(await waits.release(guard, 500)).toBe(0);
  });

  it('that were one go by themselves when the worker that had them died', async () => {
    const mine = [isBack('CP-1'), isBack('CP-2')];
    for (const mail of mine) await enter(mail);
    clock.advance(60_000);
    await waits.release(guard, 500);
    expect((await enter(mine[0]!)).together).toEqual(mine);
    clock.advance(LEASE_MS);
    expect(await waits.release(guard, 500)).toBe(0);
    // The message of the first comes back, and it is sent alone or with the other; nobody but this test has it.
    clock.advance(1);
    // The others of the first are asked for together with it.
    expect(await waits.release(guard, 500)).toBe(1);
    expect((await asked()).at(-1)).toBe(mine[0]!.notificationId);
  });

  it('are not sent by a delivery whose claim is over', async () => {
    const mail = soldOut('CP-1');
    const late = await claim(mail);
    clock.advance(LEASE_MS + 1);
    await claim(mail);
    expect(await waits.enter(late, mail, guard)).toBeUndefined();
  });

  it('have a limit from the beginning of the outage, also those that were not tried', async () => {
    const mails = ['CP-1', 'CP-2'].map(soldOut);
    const { claimedUntil } = await enter(mails[0]!);
    await enter(mails[1]!);
    await waits.recordOutage([mails[0]!.notificationId], { ...outage, claimedUntil }, guard);
    expect(await row(mails[1]!)).toMatchObject({ waitingSince: later(0) });
    await waits.recordAnswer();
    expect(await row(mails[1]!)).toMatchObject({ waitingSince: null });
  });

  it('that were one and were refused go on one by one', async () => {
    const mine = [isBack('CP-1'), isBack('CP-2')];
    for (const mail of mine) await enter(mail);
    clock.advance(60_000);
    await waits.release(guard, 500);
    const claimed = await enter(mine[0]!);
    await waits.separate(
      claimed,
      mine.map(({ notificationId }) => notificationId),
    );
    expect(await row(mine[0]!)).toMatchObject({ claimedUntil: null, nextAttemptAt: null, sentAt: null });
    expect(await row(mine[1]!)).toMatchObject({ claimedUntil: null, nextAttemptAt: later(0), sentAt: null });
  });

  it('are found when they have waited for longer than the limit, and can be given up', async () => {
    const mail = soldOut('CP-1');
    const { claimedUntil } = await enter(mail);
    await waits.recordOutage([mail.notificationId], { ...outage, claimedUntil }, guard);
    clock.advance(100_000);
    expect(await waits.expired(100_000)).toEqual([]);
    clock.advance(1);
    expect(await waits.expired(100_000)).toMatchObject([{ id: mail.notificationId, message: mail }]);
    // It is on its way as a probe.
    await waits.release(guard, 500);
    expect(await waits.expired(100_000)).toEqual([]);
    const again = await enter(mail);
    await waits.recordOutage([mail.notificationId], { ...outage, claimedUntil: again.claimedUntil }, guard);
    expect(await waits.expired(100_000)).toHaveLength(1);
    await deadLetter(mail);
    expect(await waits.expired(100_000)).toEqual([]);
    expect(await waits.release(guard, 500)).toBe(0);
  });

  it('hold up nothing once they are dead letters, whatever was wrong with them', async () => {
    const mails = ['CP-1', 'CP-2', 'CP-3'].map(soldOut);
    for (const mail of mails) await enter(mail);
    await notifications.recordSent(mails[0]!.notificationId);
    clock.advance(1_000);
    await waits.release(guard, 500);
    // Its message was refused before anybody could claim it.
    await deadLetter(mails[1]!);
    expect(await waits.release(guard, 500)).toBe(1);
    expect(await asked()).toContain(mails[2]!.notificationId);
  });
});
