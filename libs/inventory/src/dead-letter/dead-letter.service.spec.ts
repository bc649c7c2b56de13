import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { RestockAttemptService } from '../restock/restock-attempt.service.js';
import { DeadLetter } from './dead-letter.entity.js';
import { DeadLetterService } from './dead-letter.service.js';
import { type DeadLetterCause, type UnhandledMessage } from './unhandled-message.js';
import { DeliveryFailure } from './delivery-failure.entity.js';
import { DeliveryFailureService } from './delivery-failure.service.js';

const BY_KIM = { by: 'kim' };

describe.each(TEST_DATABASES)('dead letters on %s', (kind) => {
  let warehouse: Warehouse;
  let deadLetters: DeadLetterService;
  let failures: DeliveryFailureService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    deadLetters = warehouse.get(DeadLetterService);
    failures = warehouse.get(DeliveryFailureService);
  });

  afterEach(async () => expect(await warehouse.differences()).toEqual([]));
  afterAll(() => warehouse.close());

  const message = (rest: Partial<UnhandledMessage> = {}): UnhandledMessage => ({
    queue: 'goods-receipts',
    messageId: randomUUID(),
    // Each fails at something of its own.
    body: JSON.stringify({ quantity: 10, marker: randomUUID() }),
    attributes: { traceparent: '00-1' },
    ...rest,
  });

  const restockMessage = (restockOrderId: string) =>
    message({ queue: 'restock', body: JSON.stringify({ restockOrderId }) });

  /** A cause that no other test has opened. */
  const newCause = (): DeadLetterCause => ({ code: `CAUSE.${randomUUID()}`, detail: 'why' });

  const lettersOf = ({ messageId }: UnhandledMessage) =>
    warehouse.dataSource.manager.findBy(DeadLetter, { messageId });

  const open = async (unhandled: UnhandledMessage, cause?: DeadLetterCause): Promise<DeadLetter> => {
    await deadLetters.open(unhandled, cause);
    return (await lettersOf(unhandled))[0]!;
  };

  const mails = async (cause: DeadLetterCause) =>
    (await warehouse.outbox('notifications')).filter(
      ({ facts }) => (facts as { causeCode: string }).causeCode === cause.code,
    );

  const fail = (messageId: string, receiveCount: number, code: string) =>
    failures.recordFailure({
      messageId,
      receiveCount,
      code,
      detail: `no ${receiveCount}`,
      failedAt: new Date(),
    });

  describe('opening', () => {
    it('keeps all failed attempts, uses the last as the cause, and removes their records', async () => {
      const unhandled = message();
      const other = message();
      await fail(unhandled.messageId, 1, 'FACTORY.BUSY');
      await fail(other.messageId, 1, 'OTHER');
      await fail(unhandled.messageId, 2, 'FACTORY.BUSY');
      await fail(unhandled.messageId, 3, 'FACTORY.TIMEOUT');
      const letter = await open(unhandled);
      expect(letter).toMatchObject({ ...unhandled, status: 'OPEN', resolvedAt: null, resolvedBy: null });
      expect(letter).toMatchObject({ causeCode: 'FACTORY.TIMEOUT', causeDetail: 'no 3' });
      expect(letter.attempts).toMatchObject([
        { receiveCount: 1, code: 'FACTORY.BUSY', failedAt: expect.stringMatching(/^\d{4}-.*Z$/) },
        { receiveCount: 2, code: 'FACTORY.BUSY' },
        { receiveCount: 3, code: 'FACTORY.TIMEOUT', detail: 'no 3' },
      ]);
      const left = await warehouse.dataSource.manager.find(DeliveryFailure);
      expect(left).toMatchObject([{ messageId: other.messageId }]);
    });

    it('says that the worker died when no attempt reported its end', async () => {
      expect(await open(message())).toMatchObject({ causeCode: 'HANDLER.DIED', attempts: [] });
    });

    it('records a message once, however often it is delivered, later or at once', async () => {
      const cause = newCause();
      const unhandled = message();
      await Promise.all(Array.from({ length: 5 }, () => deadLetters.open(unhandled, cause)));
      await deadLetters.open(unhandled, cause);
      expect(await lettersOf(unhandled)).toHaveLength(1);
      expect(await mails(cause)).toHaveLength(1);
    });

    it('shortens a cause to its column, and keeps a body of 60 KiB in any script', async () => {
      const body = JSON.stringify({ text: '도넛🍩"\\\n\u0000'.repeat(3_500) });
      expect(Buffer.byteLength(body)).toBeGreaterThan(60 * 1024);
      const letter = await open(message({ body }), { ...newCause(), detail: '도'.repeat(2_000) });
      expect(letter.causeDetail).toBe('도'.repeat(500));
      expect((await deadLetters.get(letter.id)).body).toBe(body);
    });

    it.each(['not json', '', 'null', '17', '"text"', '[1]', '{"restockOrderId":'])(
      'keeps the body %j as it is, and does not send it again',
      async (body) => {
        const letter = await open(message({ queue: 'restock', body }));
        expect((await deadLetters.get(letter.id)).body).toBe(body);
        const redriving = deadLetters.redrive(letter.id, BY_KIM);
        await expect(redriving).rejects.toMatchObject({ code: 'DEAD_LETTER.NOT_REDRIVABLE' });
        expect(await deadLetters.get(letter.id)).toMatchObject({ status: 'OPEN' });
        expect(await deadLetters.discard(letter.id, BY_KIM)).toMatchObject({ status: 'DISCARDED' });
      },
    );
  });

  describe('telling the operators', () => {
    it('sends one mail a cause while one is open, and another after it was resolved', async () => {
      const cause = newCause();
      const first = await open(message(), cause);
      const second = await open(message(), cause);
      expect(await mails(cause)).toMatchObject([
        { kind: 'DEAD_LETTER_OPENED', audience: 'OPERATORS', facts: { deadLetterId: first.id } },
      ]);
      await deadLetters.redrive(first.id, BY_KIM);
      await deadLetters.discard(second.id, BY_KIM);
      await open(message(), cause);
      expect(await mails(cause)).toHaveLength(2);
    });

    it('sends one mail when ten messages die of one cause at once, and one for each other queue', async () => {
      const cause = newCause();
      await Promise.all(Array.from({ length: 10 }, () => deadLetters.open(message(), cause)));
      expect(await mails(cause)).toHaveLength(1);
      await deadLetters.open(message({ queue: 'notifications' }), cause);
      expect(await mails(cause)).toHaveLength(2);
    });
  });

  describe('of a restock order', () => {
    it('takes the order along: dead-lettered when opened, requested again when redriven', async () => {
      const { id } = await warehouse.openRestockOrder('REDRIVEN', 10);
      const attempts = warehouse.get(RestockAttemptService);
      await attempts.claim(id, 60_000);
      const letter = await open(restockMessage(id), { code: 'FACTORY.DOWN', detail: '503' });
      expect(await warehouse.restockOrder(id)).toMatchObject({
        status: 'DEAD_LETTERED',
        lastError: 'FACTORY.DOWN: 503',
      });
      const resolved = await deadLetters.redrive(letter.id, { by: 'kim', note: 'factory is back' });
      expect(resolved).toMatchObject({
        status: 'REDRIVEN',
        resolvedBy: 'kim',
        resolutionNote: 'factory is back',
        resolvedAt: expect.any(Date),
      });
      expect(await warehouse.restockOrder(id)).toMatchObject({ status: 'REQUESTED' });
      const messages = await warehouse.outbox('restock');
      expect(messages.filter(({ restockOrderId }) => restockOrderId === id)).toHaveLength(2);
      expect(await attempts.claim(id, 60_000)).toMatchObject({ kind: 'CLAIMED' });
    });

    it('cancels the order when discarded, so that the SKU can be ordered again', async () => {
      const { id } = await warehouse.openRestockOrder('DISCARDED', 10);
      const letter = await open(restockMessage(id));
      await deadLetters.discard(letter.id, BY_KIM);
      expect(await warehouse.restockOrder(id)).toMatchObject({ status: 'CANCELLED', openSku: null });
      expect(await warehouse.level('DISCARDED')).toMatchObject({ onOrder: 0 });
    });

    it('does not change an order that the factory has accepted', async () => {
      const { id } = await warehouse.openRestockOrder('ORDERED', 10);
      await warehouse.get(RestockAttemptService).recordOrdered(id);
      const letter = await open(restockMessage(id));
      expect(await warehouse.restockOrder(id)).toMatchObject({ status: 'ORDERED', lastError: null });
      await deadLetters.discard(letter.id, BY_KIM);
      expect(await warehouse.restockOrder(id)).toMatchObject({ status: 'ORDERED' });
    });

    it('is kept when there is no such order', async () => {
      const letter = await open(restockMessage('no-such-order'));
      expect(await deadLetters.discard(letter.id, BY_KIM)).toMatchObject({ status: 'DISCARDED' });
    });
  });

  describe('resolving', () => {
    const sentAgain = async (marker: string) =>
      (await warehouse.outbox('goods-receipts')).filter((payload) => payload.marker === marker);

    const openMarked = async (cause: DeadLetterCause = newCause()) => {
      const marker = randomUUID();
      const body = JSON.stringify({ marker, verification: 'EXPIRED' });
      return { marker, letter: await open(message({ body }), cause) };
    };

    it('sends the message to its queue once, and refuses to resolve it again', async () => {
      const { letter, marker } = await openMarked();
      await deadLetters.redrive(letter.id, BY_KIM);
      const resolved = { code: 'DEAD_LETTER.RESOLVED', facts: { currentStatus: 'REDRIVEN' } };
      await expect(deadLetters.redrive(letter.id, BY_KIM)).rejects.toMatchObject(resolved);
      await expect(deadLetters.discard(letter.id, BY_KIM)).rejects.toMatchObject(resolved);
      expect(await sentAgain(marker)).toEqual([{ marker, verification: 'EXPIRED' }]);
    });

    it('is resolved once by four simultaneous requests', async () => {
      const { letter, marker } = await openMarked();
      const outcomes = await Promise.allSettled([
        deadLetters.redrive(letter.id, BY_KIM),
        deadLetters.redrive(letter.id, { by: 'lee' }),
        deadLetters.discard(letter.id, BY_KIM),
        deadLetters.discard(letter.id, { by: 'lee' }),
      ]);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const { status } = await deadLetters.get(letter.id);
      expect(await sentAgain(marker)).toHaveLength(status === 'REDRIVEN' ? 1 : 0);
    });

    it('vouches for a callback that was signed and too old, and never for a forged one', async () => {
      const expired = await openMarked({ code: 'RECEIPT.EXPIRED', detail: 'too old' });
      await deadLetters.redrive(expired.letter.id, BY_KIM);
      expect(await sentAgain(expired.marker)).toEqual([{ marker: expired.marker, verification: 'VALID' }]);
      const forged = await openMarked({ code: 'RECEIPT.FORGED', detail: 'wrong signature' });
      await expect(deadLetters.redrive(forged.letter.id, BY_KIM)).rejects.toMatchObject({
        code: 'DEAD_LETTER.NOT_REDRIVABLE',
        facts: { causeCode: 'RECEIPT.FORGED' },
      });
      expect(await sentAgain(forged.marker)).toEqual([]);
    });

    it('refuses what is not there', async () => {
      const unknown = { code: 'DEAD_LETTER.UNKNOWN' };
      await expect(deadLetters.get('no-such-letter')).rejects.toMatchObject(unknown);
      await expect(deadLetters.redrive('no-such-letter', BY_KIM)).rejects.toMatchObject(unknown);
      await expect(deadLetters.discard('no-such-letter', BY_KIM)).rejects.toMatchObject(unknown);
    });
  });

  it('are counted until a person resolves them', async () => {
    const before = await deadLetters.countOpen();
    const letters = [await open(message(), newCause()), await open(message(), newCause())];
    expect(await deadLetters.countOpen()).toBe(before + 2);
    await deadLetters.redrive(letters[0]!.id, BY_KIM);
    await deadLetters.discard(letters[1]!.id, BY_KIM);
    expect(await deadLetters.countOpen()).toBe(before);
  });

  it('are listed page by page, newest first, by queue and status', async () => {
    const letters: DeadLetter[] = [];
    for (let index = 0; index < 5; index += 1) letters.unshift(await open(message({ queue: 'probe' })));
    await deadLetters.discard(letters[1]!.id, BY_KIM);
    const ids = (items: DeadLetter[]) => items.map(({ id }) => id);
    const first = await deadLetters.list({ queue: 'probe', limit: 3 });
    expect(ids(first.items)).toEqual(ids(letters.slice(0, 3)));
    const last = await deadLetters.list({ queue: 'probe', limit: 3, cursor: first.nextCursor! });
    expect(ids(last.items)).toEqual(ids(letters.slice(3)));
    expect(last.nextCursor).toBeNull();
    const discarded = await deadLetters.list({ queue: 'probe', status: 'DISCARDED', limit: 3 });
    expect(ids(discarded.items)).toEqual([letters[1]!.id]);
  });
});
