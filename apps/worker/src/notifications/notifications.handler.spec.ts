import { NotificationService } from '#inventory';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { eventually } from '../../../../libs/runtime/src/testing/eventually.js';
import { sesAccepts, WorkerUnderTest } from '../testing/worker-under-test.js';

describe('the handler of notifications', () => {
  let worker: WorkerUnderTest;

  beforeEach(async () => {
    worker = await WorkerUnderTest.start();
  }, 30_000);

  afterEach(() => worker.stop(), 30_000);

  const notification = () => ({
    notificationId: uuidv7(),
    kind: 'STOCK_RAN_OUT',
    audience: 'AD_MANAGER',
    to: 'ads@example.com',
    facts: { sku: 'CP-1', name: '도넛', restockOrderId: null },
  });

  it('makes a clean subject of a name that an older version took, and sends to an international domain in ASCII', async () => {
    const facts = { sku: 'CP-1', name: '\u200b도넛\r\nBcc: x\u202e  링\u0000 👩‍🍳', restockOrderId: null };
    await worker.write('notifications', { ...notification(), to: 'ads@도넛.kr', facts });
    await eventually(async () => expect(worker.ses.requests).toHaveLength(1));
    const mail = new URLSearchParams(worker.ses.requests[0]);
    expect(mail.get('Destination.ToAddresses.member.1')).toBe('ads@xn--050bl4c.kr');
    expect(mail.get('Message.Subject.Data')).toBe('[Donut-States] 도넛 Bcc: x 링 👩‍🍳 (CP-1) is sold out');
  });

  it('sends to an invalid address as it is stored: SES reports what is wrong', async () => {
    await worker.write('notifications', { ...notification(), to: '킴@b.1' });
    await eventually(async () => expect(worker.ses.requests).toHaveLength(1));
    const mail = new URLSearchParams(worker.ses.requests[0]);
    expect(mail.get('Destination.ToAddresses.member.1')).toBe('킴@b.1');
  });

  it('sends one though the message comes twice', async () => {
    const twice = notification();
    await worker.write('notifications', twice);
    await eventually(() => expect(worker.ses.requests).toHaveLength(1));
    await worker.write('notifications', twice);
    await eventually(async () => expect(await worker.queue.count('notifications')).toBe(0));
    expect(worker.ses.requests).toHaveLength(1);
    const mail = new URLSearchParams(worker.ses.requests[0]);
    expect(mail.get('Destination.ToAddresses.member.1')).toBe('ads@example.com');
    expect(mail.get('Message.Subject.Data')).toBe('[Donut-States] 도넛 (CP-1) is sold out');
    const { notificationId: id } = twice;
    const again = { id, kind: twice.kind, recipient: twice.to, subject: '' };
    const claim = await worker.warehouse.get(NotificationService).claim(again, 1_000);
    expect(claim).toEqual({ kind: 'SENT' });
  });

  it('sends one though two copies are handled at once, and keeps the message until it is sent', async () => {
    worker.ses.answer = (response) => setTimeout(() => sesAccepts(response), 1_000);
    const body = JSON.stringify(notification());
    await Promise.all([1, 2].map(() => worker.queue.send('notifications', body)));
    await eventually(() => expect(worker.ses.requests).toHaveLength(1));
    // The other copy comes back when the lease of the first one would have ended.
    expect(await worker.queue.count('notifications')).toBe(2);
    await eventually(async () => expect(await worker.queue.count('notifications')).toBe(0), 40_000);
    expect(worker.ses.requests).toHaveLength(1);
    expect(await worker.deadLetters('notifications')).toEqual([]);
  }, 60_000);

  it('sends one though the note of it fails for a moment', async () => {
    const notifications = worker.application.get(NotificationService);
    const noting = jest.spyOn(notifications, 'recordSent').mockRejectedValueOnce(new Error('a moment'));
    await worker.write('notifications', notification());
    await eventually(() => expect(noting).toHaveBeenCalledTimes(2));
    await eventually(async () => expect(await worker.queue.count('notifications')).toBe(0));
    expect(worker.ses.requests).toHaveLength(1);
  });

  it('tries again when SES is away', async () => {
    worker.ses.answer = (response) => response.writeHead(503).end();
    await worker.write('notifications', notification());
    await eventually(() => expect(worker.ses.requests.length).toBeGreaterThan(0));
    const before = worker.ses.requests.length;
    worker.ses.answer = sesAccepts;
    await eventually(() => expect(worker.ses.requests.length).toBeGreaterThan(before));
    await eventually(async () => expect(await worker.queue.count('notifications')).toBe(0));
  });

  it('ends with one dead letter more, and no loop, when SES stays away', async () => {
    worker.ses.answer = (response) => response.writeHead(400).end();
    await worker.write('notifications', notification());
    // The mail itself, and the one that was to tell the operators of it.
    await eventually(async () => expect(await worker.deadLetters('notifications')).toHaveLength(2), 40_000);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await worker.deadLetters('notifications')).toMatchObject([
      { causeCode: 'MAIL.NOT_SENT' },
      { causeCode: 'MAIL.NOT_SENT' },
    ]);
    expect(await worker.queue.count('notifications')).toBe(0);
  }, 60_000);
});
