import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AdjustmentService } from '../adjustment/adjustment.service.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { IdempotencyService, type RequestKey } from './idempotency.service.js';

describe.each(TEST_DATABASES)('writes under an idempotency key on %s', (kind) => {
  let warehouse: Warehouse;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
  });

  afterEach(async () => expect(await warehouse.differences()).toEqual([]));
  afterAll(() => warehouse.close());

  const request = (key: string, rest: Partial<RequestKey> = {}): RequestKey => ({
    key,
    fingerprint: 'f'.repeat(64),
    ...rest,
  });

  /** Adds a unit, and answers with what is on hand then. */
  const add = (sku: string, key: RequestKey | undefined, by = warehouse) =>
    by.get(IdempotencyService).once(key, async (manager) => {
      const { onHand } = await by.get(AdjustmentService).adjust(sku, 1, 'found', 'kim', manager);
      return { status: 200, headers: { ETag: `"${onHand}"` }, body: `{"onHand":${onHand}}` };
    });

  it('are made once, and repeated with the same answer, headers and bytes included', async () => {
    await warehouse.stockProduct('ONCE', 10);
    const first = await add('ONCE', request('once'));
    expect(first).toEqual({
      status: 200,
      headers: { ETag: '"11"' },
      body: '{"onHand":11}',
      isReplayed: false,
    });
    await add('ONCE', undefined);
    expect(await add('ONCE', request('once'))).toEqual({ ...first, isReplayed: true });
    expect(await warehouse.level('ONCE')).toMatchObject({ onHand: 12 });
  });

  it('are made each time without a key', async () => {
    await warehouse.stockProduct('KEYLESS', 0, { reorderPoint: 0 });
    await add('KEYLESS', undefined);
    expect(await add('KEYLESS', undefined)).toMatchObject({ body: '{"onHand":2}', isReplayed: false });
  });

  it('are refused under a key that has the answer to another request', async () => {
    await warehouse.stockProduct('REUSED', 10);
    await add('REUSED', request('reused'));
    await expect(add('REUSED', request('reused', { fingerprint: 'other' }))).rejects.toMatchObject({
      code: 'REQUEST.KEY_REUSED',
    });
    expect(await warehouse.level('REUSED')).toMatchObject({ onHand: 11 });
  });

  it('are separate for each client, and case-sensitive', async () => {
    await warehouse.stockProduct('APART', 10);
    for (const key of [
      request('k'),
      request('K'),
      request('k', { clientId: 'a' }),
      request('k', { clientId: 'b' }),
    ]) {
      expect(await add('APART', key)).toMatchObject({ isReplayed: false });
    }
    expect(await warehouse.level('APART')).toMatchObject({ onHand: 14 });
  });

  it('leave no trace when they are refused: the key can be used again', async () => {
    await warehouse.stockProduct('FREE', 10);
    await expect(add('NO-SUCH', request('free'))).rejects.toMatchObject({ code: 'SKU.UNKNOWN' });
    expect(await add('FREE', request('free', { fingerprint: 'other' }))).toMatchObject({ isReplayed: false });
  });

  it('have no effect when their answer cannot be stored', async () => {
    await warehouse.stockProduct('CRASH', 10);
    const unstorable = warehouse.get(IdempotencyService).once(request('crash'), async (manager) => {
      await warehouse.get(AdjustmentService).adjust('CRASH', 1, 'found', 'kim', manager);
      return { status: 200, headers: { no: 1n as never }, body: '' };
    });
    await expect(unstorable).rejects.toThrow(/BigInt/);
    expect(await warehouse.level('CRASH')).toMatchObject({ onHand: 10 });
    expect(await add('CRASH', request('crash'))).toMatchObject({ isReplayed: false, body: '{"onHand":11}' });
  });

  it('are made once when two processes get the same request many times at once', async () => {
    await warehouse.stockProduct('AT-ONCE', 10);
    const other = await warehouse.join();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        add('AT-ONCE', request('at-once'), index % 2 === 0 ? warehouse : other),
      ),
    ).finally(() => other.close());
    expect(answers.filter(({ isReplayed }) => !isReplayed)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set(['{"onHand":11}']));
    expect(await warehouse.level('AT-ONCE')).toMatchObject({ onHand: 11 });
  }, 30_000);
});
