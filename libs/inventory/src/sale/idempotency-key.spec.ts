import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buy, confirmed } from '../testing/buyers.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { storedKey } from './idempotency-key.js';
import { Sale } from './sale.entity.js';

describe('the stored idempotency key', () => {
  const stored = (idempotencyKey?: string, clientId?: string) =>
    storedKey({ lines: [], idempotencyKey, clientId });

  it("is the client's key, when the client has no id", () => {
    expect(stored('key')).toBe('key');
    expect(stored(undefined, 'shop')).toBeUndefined();
  });

  it('of a client with an id is the same in every version: another one would sell a repeat again', () => {
    expect(stored('key', 'shop')).toBe(' Hh_oEdBXg3_4BzkH3aUY_E6Y6H90rdAutbvns5ujpu0');
  });

  it('of a client with an id is no key that a client can send, and fits into its column', () => {
    const longest = stored('~'.repeat(255), '~'.repeat(64))!;
    expect(longest).toMatch(/^ [\w-]{43}$/);
  });

  it('differs for clients and keys that read the same when they are joined', () => {
    const pairs = [
      ['c', 'ab'],
      ['bc', 'a'],
      ['c","b', 'a'],
      ['c', 'a","b'],
      ['a', 'c'],
    ] as const;
    expect(new Set(pairs.map(([key, client]) => stored(key, client))).size).toBe(pairs.length);
  });
});

describe.each(TEST_DATABASES)('the client id on %s', (kind) => {
  let warehouse: Warehouse;
  let other: Warehouse;

  beforeEach(async () => {
    warehouse = await Warehouse.open(kind);
    other = await warehouse.join();
    await warehouse.stockProduct('CP-1', 100);
  });

  afterEach(async () => {
    expect(await warehouse.differences()).toEqual([]);
    await other.close();
    await warehouse.close();
  });

  const CLIENTS = [undefined, 'shop', 'Shop', 'app'];

  it('separates the keys of clients: each has its sale, and replays only that, from any process', async () => {
    const ask = (process: Warehouse, quantity: number, clientId?: string) =>
      buy(process, 'CP-1', quantity, { idempotencyKey: '1', clientId });
    const first = await Promise.all(CLIENTS.map((clientId) => ask(warehouse, 1, clientId)));
    expect(new Set(confirmed(first).map(({ id }) => id)).size).toBe(CLIENTS.length);
    for (const process of [warehouse, other]) {
      const again = await Promise.all(CLIENTS.map((clientId) => ask(process, 1, clientId)));
      expect(again).toEqual(first.map((outcome) => ({ ...outcome, replayed: true })));
      for (const clientId of CLIENTS) {
        await expect(ask(process, 2, clientId)).rejects.toMatchObject({ code: 'SALE.KEY_REUSED' });
      }
    }
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 100 - CLIENTS.length });
  });

  it('leaves the key of a client without one as it is in the table', async () => {
    for (const clientId of CLIENTS) {
      const request = { idempotencyKey: '1', clientId };
      const [{ id } = { id: '' }] = confirmed([await buy(warehouse, 'CP-1', 1, request)]);
      const { idempotencyKey } = await warehouse.dataSource.manager.findOneByOrFail(Sale, { id });
      expect(idempotencyKey).toBe(clientId === undefined ? '1' : storedKey({ lines: [], ...request }));
    }
  });

  it('says nothing without a key: each request is a sale', async () => {
    const outcomes = [
      await buy(warehouse, 'CP-1', 1, { clientId: 'shop' }),
      await buy(warehouse, 'CP-1', 1, { clientId: 'shop' }),
    ];
    expect(new Set(confirmed(outcomes).map(({ id }) => id)).size).toBe(2);
  });
});
