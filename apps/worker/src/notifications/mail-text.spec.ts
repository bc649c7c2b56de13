import { type NotificationMessage } from '#queues';
import { describe, expect, it } from '@jest/globals';
import { type MailLanguage, mailText } from './mail-text.js';

const salesUrl = 'https://shop.example';
const envelope = { notificationId: '11111111-0000-4000-8000-000000000001', audience: 'OPERATORS' } as const;
const at = '2026-03-01T12:00:00.000Z';

const waiting = {
  ...{ factoryId: 'FF-1', factoryName: 'Ring Works', orders: 2, units: 200, skus: 'CP-1, CP-2' },
  ...{ refusedUnits: 3, refusedKrw: 59_700 },
};

const MESSAGES = (
  [
    {
      kind: 'DEAD_LETTER_OPENED',
      facts: { deadLetterId: 'd', queue: 'restock', causeCode: 'C', causeDetail: 'why', restockOrderId: 'r' },
    },
    { kind: 'STOCK_RAN_OUT', facts: { sku: 'CP-1', name: 'Ring', restockOrderId: 'r' } },
    {
      kind: 'RESTOCK_OVERDUE',
      facts: {
        ...{ restockOrderId: 'r', sku: 'CP-1', factoryId: 'FF-1' },
        ...{ quantity: 10, receivedQuantity: 4, deadlineAt: at },
      },
    },
    {
      kind: 'GOODS_EARLY',
      facts: {
        ...{ restockOrderId: 'r', sku: 'CP-1', factoryId: 'FF-1' },
        ...{ quantity: 10, elapsedSeconds: 2, usualSeconds: 3_600 },
      },
    },
    { kind: 'GOODS_RECEIVED', facts: { sku: 'CP-1', name: 'Ring', quantity: 10, onHand: 12 } },
    { kind: 'FACTORY_AWAY', facts: { ...waiting, since: at, cause: 'no answer', isReminder: 0 } },
    { kind: 'FACTORY_BACK', facts: { ...waiting, since: at, until: at } },
  ] as const
).map((message) => ({ ...envelope, ...message }));

const withFacts = (message: NotificationMessage, facts: object) =>
  ({ ...message, facts: { ...message.facts, ...facts } }) as unknown as NotificationMessage;

describe.each<MailLanguage>(['en', 'ko'])('a mail in %s', (language) => {
  it.each(MESSAGES.map((message) => [message.kind, message] as const))(
    'has the facts of its kind: %s',
    (kind, message) => {
      const { subject, text } = mailText([message], language, { salesUrl });
      expect(subject).toMatch(/^\[Donut-States\] \S/);
      const all = `${subject}\n${text}`;
      expect(all).not.toMatch(/undefined|null|\[object/);
      for (const [name, fact] of Object.entries(message.facts)) {
        if (name === 'isReminder') continue;
        expect(all).toContain(typeof fact === 'number' ? fact.toLocaleString('en') : String(fact));
      }
      if (language === 'ko') expect(all).toMatch(/[가-힣]/);
      else expect(all).not.toMatch(/[가-힣]/);
      expect(kind).toBe(message.kind);
    },
  );

  it('tells the time of its event, where it is known', () => {
    const [message] = MESSAGES;
    expect(mailText([message!], language, { salesUrl }).text).not.toContain(at);
    const timed = withFacts(message!, { at });
    expect(mailText([timed], language, { salesUrl }).text).toContain(at);
  });

  it('is another one for a reminder, and for a product that is back by now', () => {
    const text = (message: NotificationMessage, isOver = false) =>
      mailText([message], language, { salesUrl, isOver }).subject;
    const [away, soldOut] = [MESSAGES[5]!, MESSAGES[1]!];
    const reminder = withFacts(away, { isReminder: 1 });
    expect(text(reminder)).not.toBe(text(away));
    expect(text(soldOut, true)).not.toBe(text(soldOut));
  });

  it('names all products that it stands for', () => {
    const back = MESSAGES[4]!;
    const other = withFacts(back, { sku: 'CP-2', name: 'Twist' });
    const { subject, text } = mailText([back, other], language, { salesUrl });
    expect(subject).toContain('2');
    expect(text).toMatch(/Ring \(CP-1\)[^]*Twist \(CP-2\)/);
  });
});
