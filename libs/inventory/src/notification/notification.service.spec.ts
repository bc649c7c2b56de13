import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { Notification } from './notification.entity.js';
import { NotificationService } from './notification.service.js';

const LEASE_MS = 60_000;

describe.each(TEST_DATABASES)('the right to send a mail on %s', (kind) => {
  let warehouse: Warehouse;
  let notifications: NotificationService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    notifications = warehouse.get(NotificationService);
  });

  afterAll(() => warehouse.close());

  const mail = () => ({
    id: uuidv7(),
    kind: 'STOCK_RAN_OUT',
    recipient: 'ads@donut-states.example',
    subject: '도넛 is sold out',
  });

  const claim = async (of: ReturnType<typeof mail>, leaseMs = LEASE_MS) => {
    const claimed = await notifications.claim(of, leaseMs);
    if (claimed.kind !== 'CLAIMED') throw new Error(`the claim is ${claimed.kind}`);
    return claimed;
  };

  const stored = ({ id }: { id: string }) =>
    warehouse.dataSource.manager.findOneByOrFail(Notification, { id });

  it('goes to one of ten simultaneous claims', async () => {
    const wanted = mail();
    const claims = await Promise.all(Array.from({ length: 10 }, () => notifications.claim(wanted, LEASE_MS)));
    expect(claims.map((of) => of.kind).sort()).toEqual([...Array(9).fill('BUSY'), 'CLAIMED']);
    expect(await stored(wanted)).toMatchObject({ ...wanted, sentAt: null });
  });

  it('goes to one of ten simultaneous claims after a worker died with it, and not before its lease ends', async () => {
    const [left, held] = [mail(), mail()];
    await claim(held);
    await claim(left, 1);
    await sleep(20);
    expect(await notifications.claim(held, LEASE_MS)).toEqual({ kind: 'BUSY' });
    const claims = await Promise.all(Array.from({ length: 10 }, () => notifications.claim(left, LEASE_MS)));
    expect(claims.map((of) => of.kind).sort()).toEqual([...Array(9).fill('BUSY'), 'CLAIMED']);
  });

  it('is given again at once after a failed try', async () => {
    const wanted = mail();
    const { claimedUntil } = await claim(wanted);
    await notifications.release(wanted.id, claimedUntil);
    await claim(wanted);
  });

  it('is refused once the mail was sent', async () => {
    const wanted = mail();
    const { claimedUntil } = await claim(wanted, 1);
    await notifications.recordSent(wanted.id);
    const { sentAt } = await stored(wanted);
    expect(Math.abs(Date.now() - sentAt!.getTime())).toBeLessThan(10_000);
    await sleep(20);
    await notifications.release(wanted.id, claimedUntil);
    await notifications.recordSent(wanted.id);
    expect(await notifications.claim(wanted, LEASE_MS)).toEqual({ kind: 'SENT' });
    expect(await stored(wanted)).toMatchObject({ sentAt, claimedUntil: null });
  });

  it('is not given back by one whose lease has ended while another has it', async () => {
    const wanted = mail();
    const late = await claim(wanted, 1);
    await sleep(20);
    const current = await claim(wanted);
    await notifications.release(wanted.id, late.claimedUntil);
    expect(await notifications.claim(wanted, LEASE_MS)).toEqual({ kind: 'BUSY' });
    await notifications.release(wanted.id, current.claimedUntil);
    await claim(wanted);
  });
});
