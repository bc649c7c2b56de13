import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { SettableClock } from '../testing/settable-clock.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { DeadLetter } from './dead-letter.entity.js';
import { DeadLetterFactsService } from './dead-letter-facts.service.js';
import { DeadLetterMailService } from './dead-letter-mail.service.js';
import { DeadLetterService } from './dead-letter.service.js';

describe.each(TEST_DATABASES)('dead letters of one failing thing on %s', (kind) => {
  let warehouse: Warehouse;
  let letters: DeadLetterService;
  let clock: SettableClock;
  let causeCode: string;

  beforeAll(async () => {
    clock = new SettableClock();
    warehouse = await Warehouse.open(kind, 10, clock);
    letters = warehouse.get(DeadLetterService);
  }, 60_000);
  beforeEach(() => void (causeCode = `CAUSE.${randomUUID()}`));
  afterEach(async () => expect(await warehouse.differences()).toEqual([]));
  afterAll(() => warehouse.close());

  const open = (queue: string, body: object | string, code = causeCode) =>
    letters.open(
      {
        queue,
        messageId: randomUUID(),
        body: typeof body === 'string' ? body : JSON.stringify(body),
        attributes: {},
      },
      { code, detail: 'why' },
    );
  const found = async (code = causeCode) =>
    (await letters.list({ causeCode: code, limit: 100, order: 'asc' })).items;
  const mails = async (code = causeCode) =>
    (await warehouse.outbox('notifications')).filter(
      ({ facts }) => (facts as { causeCode: string }).causeCode === code,
    );

  describe('are one, however often its message was copied:', () => {
    it('an order, whatever it failed of', async () => {
      const { id } = await warehouse.openRestockOrder('COPIED', 10);
      await open('restock', { restockOrderId: id });
      await open('restock', { restockOrderId: id });
      await open('restock', { restockOrderId: id }, 'OTHER.CAUSE');
      expect(await found()).toMatchObject([{ copies: 3, lastCopyAt: clock.localNow(), sku: 'COPIED' }]);
      expect(await found('OTHER.CAUSE')).toEqual([]);
      expect(await mails()).toHaveLength(1);
    });

    it('a callback, whenever it was received, and another for what else it says', async () => {
      const callback = { restockOrderId: 'x', quantity: 10, verification: 'VALID' };
      await open('goods-receipts', { ...callback, receivedAt: '2026-03-01T12:00:00.000Z' });
      await open('goods-receipts', { ...callback, receivedAt: '2026-03-01T12:00:01.000Z' });
      await open('goods-receipts', { ...callback, verification: 'INVALID_SIGNATURE' });
      await open('goods-receipts', { ...callback, quantity: 11 });
      expect((await found()).map(({ copies }) => copies)).toEqual([2, 1, 1]);
    });

    it('a message that is no JSON', async () => {
      await open('restock', 'no JSON');
      await open('restock', 'no JSON');
      await open('notifications', 'no JSON');
      expect((await found()).map(({ queue, copies }) => [queue, copies])).toEqual([
        ['restock', 2],
        ['notifications', 1],
      ]);
    });

    it('but each probe, which is a test of its own', async () => {
      await open('probe', { input: 1 });
      await open('probe', { input: 1 });
      expect(await found()).toHaveLength(2);
    });

    it('ten that die at once', async () => {
      await Promise.all(Array.from({ length: 10 }, () => open('webhooks', { endpointId: causeCode })));
      expect(await found()).toMatchObject([{ copies: 10 }]);
    });
  });

  it('are another one after the first is resolved', async () => {
    await open('restock', { restockOrderId: 'gone' });
    const [first] = await found();
    await letters.discard(first!.id, { by: 'kim' });
    await open('restock', { restockOrderId: 'gone' });
    expect((await found()).map(({ status, copies }) => [status, copies])).toEqual([
      ['DISCARDED', 1],
      ['OPEN', 1],
    ]);
  });

  it('keep the last attempts of all copies', async () => {
    await open('restock', { restockOrderId: 'tried' });
    const [{ id }] = (await found()) as [DeadLetter];
    const attempts = Array.from({ length: 19 }, (_, index) => ({
      receiveCount: index,
      code: 'OLD',
      detail: '',
      failedAt: '',
    }));
    await warehouse.dataSource.manager.update(DeadLetter, { id }, { attempts });
    const messageId = randomUUID();
    const failures = await import('./delivery-failure.service.js');
    const recorder = warehouse.get(failures.DeliveryFailureService);
    for (const receiveCount of [1, 2, 3]) {
      await recorder.recordFailure({
        messageId,
        receiveCount,
        code: 'NEW',
        detail: 'no',
        failedAt: new Date(),
      });
    }
    await letters.open({ queue: 'restock', messageId, body: '{"restockOrderId":"tried"}', attributes: {} });
    const [letter] = await found();
    expect(letter!.attempts).toHaveLength(20);
    expect(letter!.attempts.slice(-3).map(({ code }) => code)).toEqual(['NEW', 'NEW', 'NEW']);
  });

  describe('in a group that is mute', () => {
    const until = (ms: number) => new Date(clock.localNow().getTime() + ms);
    const mute = (ms: number) =>
      warehouse.dataSource.transaction((manager) =>
        warehouse
          .get(DeadLetterMailService)
          .mute(manager, { queue: 'probe', causeCode, mutedUntil: until(ms), mutedBy: 'kim' }),
      );

    it('cause no mail until then, and one mail of those that came meanwhile afterwards', async () => {
      await mute(60_000);
      await open('probe', { input: 1 });
      await open('probe', { input: 2 });
      expect(await mails()).toEqual([]);
      const [group] = await warehouse.get(DeadLetterFactsService).groups({ causeCode });
      expect(group).toMatchObject({ letters: 2, mutedUntil: until(60_000) });
      clock.advance(59_999);
      await warehouse.get(DeadLetterMailService).endMutes();
      expect(await mails()).toEqual([]);
      clock.advance(1);
      await warehouse.get(DeadLetterMailService).endMutes();
      await warehouse.get(DeadLetterMailService).endMutes();
      expect(await mails()).toHaveLength(1);
      await open('probe', { input: 3 });
      expect(await mails()).toHaveLength(1);
    });

    it('cause no mail at its end when nothing came, or somebody was told before', async () => {
      await open('probe', { input: 1 });
      await mute(1_000);
      await open('probe', { input: 2 });
      clock.advance(1_000);
      await warehouse.get(DeadLetterMailService).endMutes();
      expect(await mails()).toHaveLength(1);
      await mute(1_000);
      clock.advance(1_000);
      await warehouse.get(DeadLetterMailService).endMutes();
      expect(await mails()).toHaveLength(1);
    });

    it('are told of at once when a person ends it', async () => {
      await mute(60_000);
      await open('probe', { input: 1 });
      const ended = await warehouse.dataSource.transaction((manager) =>
        warehouse.get(DeadLetterMailService).unmute(manager, 'probe', causeCode),
      );
      expect(ended).toMatchObject({ mutedBy: 'kim' });
      expect(await mails()).toHaveLength(1);
    });

    it('do not silence another cause', async () => {
      await mute(60_000);
      await open('probe', { input: 1 }, `${causeCode}X`);
      expect(await mails(`${causeCode}X`)).toHaveLength(1);
    });
  });

  describe('that are edited and redriven', () => {
    const receipt = {
      restockOrderId: 'x',
      sku: 'RING',
      quantity: 10,
      factoryId: 'FF-1',
      deliveryFingerprint: 'a'.repeat(64),
      verification: 'VALID',
      receivedAt: '2026-03-01T09:00:00.000Z',
      callback: {},
    };
    const openOne = async (body: object, code = causeCode, queue = 'goods-receipts') => {
      await open(queue, { ...body, ...(queue === 'goods-receipts' && { callback: { causeCode } }) }, code);
      return (await letters.list({ limit: 1 })).items[0]!;
    };
    const edit = (letter: DeadLetter, change: object) => {
      const edited = { ...(JSON.parse(letter.body) as object), ...change };
      return letters.redrive(letter.id, { by: 'kim', edited });
    };

    it('are sent as edited, and kept as they came', async () => {
      const letter = await openOne(receipt);
      const resolved = await edit(letter, { quantity: 7 });
      expect(resolved).toMatchObject({ status: 'REDRIVEN', body: letter.body, editedBody: { quantity: 7 } });
      const [message] = (await warehouse.outbox('goods-receipts')).slice(-1);
      expect(message).toEqual({ ...(JSON.parse(letter.body) as object), quantity: 7 });
    });

    it.each([
      [{ quantity: 1.5 }, '/quantity must be integer'],
      [{ unknown: 1 }, '/ must not have additional properties'],
      [{ verification: 'EXPIRED' }, '/verification cannot be edited'],
    ])('are refused with %j, and stay open', async (change, fault) => {
      const letter = await openOne(receipt);
      await expect(edit(letter, change)).rejects.toMatchObject({
        code: 'DEAD_LETTER.MESSAGE_INVALID',
        facts: { faults: [fault] },
      });
      expect(await letters.get(letter.id)).toMatchObject({ status: 'OPEN', editedBody: null });
      await letters.discard(letter.id, { by: 'kim' });
    });

    it('never vouch for a forged callback, nor order another order', async () => {
      const forged = await openOne({ ...receipt, verification: 'INVALID_SIGNATURE' }, 'RECEIPT.FORGED');
      await expect(edit(forged, { verification: 'VALID' })).rejects.toMatchObject({
        code: 'DEAD_LETTER.NOT_REDRIVABLE',
      });
      const order = await openOne({ restockOrderId: randomUUID() }, causeCode, 'restock');
      await expect(edit(order, { restockOrderId: randomUUID() })).rejects.toMatchObject({
        facts: { faults: ['/restockOrderId cannot be edited'] },
      });
    });

    it('may mend what was no JSON', async () => {
      await open('probe', 'no JSON');
      const [letter] = await found();
      await letters.redrive(letter!.id, { by: 'kim', edited: { input: 41 } });
      expect((await warehouse.outbox('probe')).slice(-1)).toEqual([{ input: 41 }]);
    });
  });

  describe('are found by', () => {
    it('product, factory, and a part of their body or detail', async () => {
      const { id } = await warehouse.openRestockOrder('FOUND', 10, { name: 'Found' });
      await open('restock', { restockOrderId: id });
      await open('probe', { input: 1, text: '100 % "도넛" \\_' });
      const count = async (filter: object) =>
        (await letters.list({ limit: 10, causeCode, ...filter })).items.length;
      expect(await count({ sku: 'FOUND' })).toBe(1);
      expect(await count({ sku: 'OTHER' })).toBe(0);
      expect(await count({ factoryId: 'FF-1' })).toBe(1);
      expect(await count({ text: id })).toBe(1);
      expect(await count({ text: 'why' })).toBe(2);
      expect(await count({ text: '100 % \\"도넛' })).toBe(1);
      expect(await count({ text: '100_%' })).toBe(0);
      expect(await count({ text: "' OR 1=1 --" })).toBe(0);
      expect(await count({ text: 'why', sku: 'FOUND', queue: 'probe' })).toBe(0);
      const [group] = await warehouse.get(DeadLetterFactsService).groups({ causeCode, sku: 'FOUND' });
      expect(group).toMatchObject({
        letters: 1,
        restockOrders: 1,
        skus: 1,
        products: [{ sku: 'FOUND', productName: 'Found', letters: 1, refusedUnits: 0 }],
      });
    });
  });
});
