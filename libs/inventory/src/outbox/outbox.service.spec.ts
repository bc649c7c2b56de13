import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { NotificationService } from '../notification/notification.service.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { OutboxMessage } from './outbox-message.entity.js';
import { OutboxService } from './outbox.service.js';

const LEASE_MS = 60_000;

describe.each(TEST_DATABASES)('the outbox on %s', (kind) => {
  let warehouse: Warehouse;
  let outbox: OutboxService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    outbox = warehouse.get(OutboxService);
  });

  beforeEach(() => warehouse.dataSource.manager.clear(OutboxMessage));
  afterAll(() => warehouse.close());

  const add = (manager: EntityManager, queue: string, payload: Record<string, unknown>) =>
    outbox.addUnchecked(manager, queue, payload, new Date());

  /** Writes `count` messages in one transaction; their payloads are numbered from 0. */
  const write = (count: number) =>
    warehouse.get(Database).write(async (manager) => {
      for (let number = 0; number < count; number += 1) await add(manager, 'restock', { number });
    });

  const numbers = (messages: OutboxMessage[]) => messages.map(({ payload }) => payload.number);

  it('gives messages oldest first, as they were written, up to the limit', async () => {
    await write(5);
    const messages = await outbox.claim(3, LEASE_MS, 'restock');
    expect(numbers(messages)).toEqual([0, 1, 2]);
    expect(messages[0]).toMatchObject({ queue: 'restock', createdAt: expect.any(Date), publishedAt: null });
    expect(numbers(await outbox.claim(3, LEASE_MS, 'restock'))).toEqual([3, 4]);
    expect(await outbox.claim(3, LEASE_MS, 'restock')).toEqual([]);
  });

  it('keeps a payload of any script and shape', async () => {
    const payload = {
      text: '도넛🍩"\\\n\u0000',
      list: [1, null, { deep: [[]] }],
      price: 19_900.5,
      none: null,
    };
    await warehouse.get(Database).write((manager) => add(manager, 'probe', payload));
    expect((await outbox.claim(1, LEASE_MS, 'probe'))[0]!.payload).toEqual(payload);
  });

  it('never gives a message whose transaction was rolled back', async () => {
    const rolledBack = warehouse.get(Database).write(async (manager) => {
      await add(manager, 'restock', { number: 'rolled back' });
      throw new Error('the sale failed');
    });
    await Promise.all([expect(rolledBack).rejects.toThrow('the sale failed'), write(1)]);
    expect(numbers(await outbox.claim(10, LEASE_MS, 'restock'))).toEqual([0]);
  });

  // The embedded database has one writer: a claim there waits for the transaction, whose messages it then gives.
  if (kind === 'mysql') {
    it('gives nothing of a transaction that is not committed yet, and does not wait for it', async () => {
      await write(1);
      const commit = Promise.withResolvers<void>();
      const written = Promise.withResolvers<void>();
      const writing = warehouse.get(Database).write(async (manager) => {
        await add(manager, 'restock', { number: 'late' });
        written.resolve();
        await commit.promise;
      });
      await written.promise;
      const claiming = outbox.claim(10, LEASE_MS, 'restock');
      const inTime = await Promise.race([claiming, sleep(5_000, 'waited', { ref: false })]);
      commit.resolve();
      await writing;
      expect(inTime).toMatchObject([{ payload: { number: 0 } }]);
      expect(numbers(await outbox.claim(10, LEASE_MS, 'restock'))).toEqual(['late']);
    });
  }

  it('gives each message to one of three relays that claim at once, each with its own connections', async () => {
    const others = [await warehouse.join(), await warehouse.join()];
    try {
      await write(60);
      const relays = [warehouse, ...others].map((process) => process.get(OutboxService));
      const claimed: OutboxMessage[] = [];
      const relayAll = async (relay: OutboxService) => {
        for (;;) {
          const messages = await relay.claim(7, LEASE_MS, 'restock');
          if (messages.length === 0) return;
          claimed.push(...messages);
          await relay.markPublished(messages);
        }
      };
      await Promise.all([...relays, ...relays].map(relayAll));
      expect(numbers(claimed).sort((a, b) => Number(a) - Number(b))).toEqual(
        Array.from({ length: 60 }, (_, number) => number),
      );
    } finally {
      for (const other of others) await other.close();
    }
  });

  it('gives a message again when the lease of a relay that died has ended, and not before', async () => {
    await write(2);
    await outbox.claim(1, LEASE_MS, 'restock');
    await outbox.claim(1, 1, 'restock');
    await sleep(20);
    expect(numbers(await outbox.claim(10, LEASE_MS, 'restock'))).toEqual([1]);
  });

  it('releases unsent messages at once, and never sent ones', async () => {
    await write(3);
    const messages = await outbox.claim(3, LEASE_MS, 'restock');
    await outbox.markPublished(messages.slice(0, 1));
    await outbox.release(messages.slice(0, 2));
    expect(numbers(await outbox.claim(10, LEASE_MS, 'restock'))).toEqual([1]);
  });

  it('gives nothing again that was published, even after the lease', async () => {
    await write(1);
    const messages = await outbox.claim(1, 1, 'restock');
    await outbox.markPublished(messages);
    await sleep(20);
    expect(await outbox.claim(10, LEASE_MS, 'restock')).toEqual([]);
  });

  it('claims the messages of one queue, independent of the others', async () => {
    await write(5);
    await warehouse.get(Database).write((manager) => add(manager, 'probe', { number: 'behind' }));
    expect(numbers(await outbox.claim(3, LEASE_MS, 'probe'))).toEqual(['behind']);
    expect(numbers(await outbox.claim(10, LEASE_MS, 'restock'))).toEqual([0, 1, 2, 3, 4]);
  });

  it('lists messages of an unknown queue, and claims them like any other', async () => {
    await write(1);
    await warehouse.get(Database).write((manager) => add(manager, 'returns', { number: 'stray' }));
    expect(numbers(await outbox.claimStray(10, LEASE_MS, ['restock', 'probe']))).toEqual(['stray']);
    expect(await outbox.claimStray(10, LEASE_MS, ['restock', 'probe'])).toEqual([]);
    expect(numbers(await outbox.claim(10, LEASE_MS, 'restock'))).toEqual([0]);
  });

  it('lets a relay that outlived its lease touch nothing that another has claimed since', async () => {
    await write(2);
    const late = await outbox.claim(2, 1, 'restock');
    await sleep(20);
    const current = await outbox.claim(2, LEASE_MS, 'restock');
    await outbox.release(late);
    expect(await outbox.claim(2, LEASE_MS, 'restock')).toEqual([]);
    await outbox.markPublished(late);
    await outbox.release(current);
    expect(numbers(await outbox.claim(2, LEASE_MS, 'restock'))).toEqual([0, 1]);
  });

  it('takes empty lists for nothing to do', async () => {
    await write(1);
    await outbox.markPublished([]);
    await outbox.release([]);
    expect(await outbox.claim(10, LEASE_MS, 'restock')).toHaveLength(1);
  });

  it('takes the messages of known queues only: a typo does not compile', async () => {
    const at = new Date();
    const id = '7b0e1f1e-3c0a-4b6f-9d1c-0a1b2c3d4e5f';
    const typos = (manager: EntityManager) => [
      // @ts-expect-error -- there is no such queue
      outbox.add(manager, 'restok', { restockOrderId: id }, at),
      // @ts-expect-error -- a message of the queue has no such property
      outbox.add(manager, 'restock', { orderId: id }, at),
      // @ts-expect-error -- this mail has no such fact
      notifications.request(manager, { ...mail, facts: { ...mail.facts, skuu: 'CP-1', sku: undefined } }, at),
    ];
    const notifications = warehouse.get(NotificationService);
    const mail = {
      kind: 'STOCK_RAN_OUT',
      audience: 'OPERATORS',
      facts: { sku: 'CP-1', name: 'ring', restockOrderId: null },
    } as const;
    expect(typos).toBeInstanceOf(Function);
    await warehouse.get(Database).write(async (manager) => {
      await outbox.add(manager, 'restock', { restockOrderId: id }, at);
      await notifications.request(manager, mail, at);
    });
    expect(await warehouse.outbox('restock')).toEqual([{ restockOrderId: id }]);
    expect(await warehouse.outbox('notifications')).toMatchObject([mail]);
  });
});
