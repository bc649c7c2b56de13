import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Database } from '../database/database.js';
import { InventoryError } from '../errors.js';
import { confirmed } from '../testing/buyers.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { WebhookEndpoint } from '../webhook/webhook-endpoint.entity.js';
import { GroupCommitter } from '../group-commit/group-committer.js';
import { InFlightDuplicates } from './in-flight-duplicates.js';
import { PendingSale } from './pending-sale.js';
import { SaleBatchService } from './sale-batch.service.js';
import { type SaleOutcome, type SaleRequest } from './sale-request.js';
import { Sale } from './sale.entity.js';
import { SaleService } from './sale.service.js';

/** As many as may wait under one key, beside the one that is being decided. */
const MOST_WAITING = 100;

describe('the wait of a duplicate', () => {
  const WAIT_LIMIT_MS = 2_000;
  let duplicates: InFlightDuplicates;
  let answers: Record<string, string>;

  beforeEach(() => {
    jest.useFakeTimers();
    duplicates = new InFlightDuplicates(sale(1).requestFingerprint, WAIT_LIMIT_MS);
    answers = {};
  });

  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  const sale = (quantity: number) => new PendingSale({ lines: [{ sku: 'CP-1', quantity }] }, 'key', true);

  const add = (name: string, quantity: number) =>
    void duplicates.add(sale(quantity)).then(({ kind }) => (answers[name] = kind));

  it('ends after the longest wait, counted from its arrival; an equal one waits for the current request', async () => {
    add('equal', 1);
    expect(jest.getTimerCount()).toBe(0);
    add('first', 2);
    await jest.advanceTimersByTimeAsync(WAIT_LIMIT_MS / 2);
    add('second', 3);
    await jest.advanceTimersByTimeAsync(WAIT_LIMIT_MS / 2 - 1);
    expect(answers).toEqual({});
    await jest.advanceTimersByTimeAsync(1);
    expect(answers).toEqual({ first: 'OVERLOADED' });
    await jest.advanceTimersByTimeAsync(WAIT_LIMIT_MS / 2);
    expect(answers).toEqual({ first: 'OVERLOADED', second: 'OVERLOADED' });
    expect(duplicates.settle({ kind: 'REFUSED', shortages: [] })).toBeUndefined();
    await jest.advanceTimersByTimeAsync(0);
    expect(answers).toMatchObject({ equal: 'REFUSED' });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is over when it was too long, even if no timer could say so in time', async () => {
    add('late', 2);
    const now = performance.now();
    jest.spyOn(performance, 'now').mockReturnValue(now + WAIT_LIMIT_MS);
    expect(duplicates.settle({ kind: 'REFUSED', shortages: [] })).toBeUndefined();
    await jest.advanceTimersByTimeAsync(0);
    expect(answers).toEqual({ late: 'OVERLOADED' });
  });

  it('goes on for the equal ones of a request that has become the current one', async () => {
    add('next', 2);
    add('its equal', 2);
    expect(duplicates.settle({ kind: 'REFUSED', shortages: [] })).toMatchObject({
      sale: { lines: sale(2).lines },
    });
    await jest.advanceTimersByTimeAsync(WAIT_LIMIT_MS);
    expect(answers).toEqual({});
    duplicates.settle({ kind: 'OVERLOADED' });
    await jest.advanceTimersByTimeAsync(0);
    expect(answers).toEqual({ 'its equal': 'OVERLOADED' });
  });

  it('leaves room for another when it has ended', async () => {
    for (let quantity = 2; quantity < 2 + MOST_WAITING; quantity += 1) add(`${quantity}`, quantity);
    expect(duplicates.isFull).toBe(true);
    expect([...duplicates.answers()]).toHaveLength(MOST_WAITING);
    await jest.advanceTimersByTimeAsync(WAIT_LIMIT_MS);
    expect(duplicates.isFull).toBe(false);
    expect([...duplicates.answers()]).toEqual([]);
  });
});

describe.each(TEST_DATABASES)('requests under one idempotency key at once on %s', (kind) => {
  let warehouse: Warehouse;
  /** The quantities that each batch has decided. */
  let batches: number[][];
  let lookups: jest.Spied<Database['find']>;
  let linesRead: number;

  beforeEach(async () => {
    warehouse = await Warehouse.open(kind);
    await warehouse.stockProduct('CP-1', 10);
    linesRead = 0;
    watchBatches(warehouse);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    expect(await warehouse.differences()).toEqual([]);
    await warehouse.close();
  });

  function watchBatches(watched: Warehouse): void {
    batches = [];
    lookups = jest.spyOn(watched.get(Database), 'find');
    const service = watched.get(SaleBatchService);
    const commit = service.commit.bind(service);
    jest.spyOn(service, 'commit').mockImplementation((gather) =>
      commit(() => {
        const sales = gather();
        if (sales.length > 0) batches.push(sales.map(({ lines }) => lines[0]!.quantity));
        return sales;
      }),
    );
  }

  /** Its lines are read once to compare it with others: to read them again is to compare it again. */
  const buy = (quantity: number, rest: Partial<SaleRequest> = {}, process = warehouse) =>
    process.get(SaleService).place({
      get lines() {
        linesRead += 1;
        return [{ sku: 'CP-1', quantity }];
      },
      idempotencyKey: 'key',
      ...rest,
    });

  const results = async (outcomes: Promise<SaleOutcome>[]) =>
    (await Promise.allSettled(outcomes)).map((settled) => {
      if (settled.status === 'rejected') return (settled.reason as InventoryError).code;
      return settled.value.kind === 'CONFIRMED' && settled.value.replayed ? 'REPLAYED' : settled.value.kind;
    });

  const count = (found: string[]) =>
    Object.fromEntries([...Map.groupBy(found, String)].map(([k, v]) => [k, v.length]));

  it('are read once and decided by one transaction, 1,000 different ones', async () => {
    const outcomes = Array.from({ length: 1_000 }, (_, index) => buy(index + 1));
    expect(count(await results(outcomes))).toEqual({
      CONFIRMED: 1,
      'SALE.KEY_REUSED': MOST_WAITING,
      'SALE.KEY_IN_USE': 999 - MOST_WAITING,
    });
    expect(batches).toEqual([[1]]);
    const ofSales = lookups.mock.calls.filter(([queries]) => queries[0]!.entity !== WebhookEndpoint);
    expect(ofSales).toEqual([]);
    expect(linesRead).toBe(1 + MOST_WAITING);
  });

  it('wait for the sale and get it, as many equal ones as may wait', async () => {
    const outcomes = Array.from({ length: 2 + MOST_WAITING }, () => buy(1));
    expect(count(await results(outcomes))).toEqual({
      CONFIRMED: 1,
      REPLAYED: MOST_WAITING,
      'SALE.KEY_IN_USE': 1,
    });
    // There is room again once they are answered.
    expect(await results([buy(1)])).toEqual(['REPLAYED']);
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 9 });
  });

  it('are decided in the order of arrival while they are refused; equal ones share the refusal', async () => {
    const outcomes = [buy(15), buy(14), buy(15), buy(4), buy(14), buy(3), buy(4), buy(3)];
    expect(await results(outcomes)).toEqual([
      'REFUSED',
      'REFUSED',
      'REFUSED',
      'CONFIRMED',
      'REFUSED',
      'SALE.KEY_REUSED',
      'REPLAYED',
      'SALE.KEY_REUSED',
    ]);
    expect(batches).toEqual([[15], [14], [4]]);
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 6 });
  });

  it('keep their time of arrival when they are decided after others', async () => {
    const submit = jest.spyOn(GroupCommitter.prototype, 'submit');
    const outcomes = [buy(11), buy(12)];
    const arrived = performance.now();
    await results(outcomes);
    const [first, second] = submit.mock.calls.map(([, since]) => since);
    expect(first).toBeUndefined();
    expect(second).toBeLessThanOrEqual(arrived);
  });

  it('are each decided once when all are refused, by a rule or for want of stock', async () => {
    const quantities = Array.from({ length: 30 }, (_, index) => (index % 2 ? 1_000_001 + index : 11 + index));
    expect(count(await results(quantities.map((quantity) => buy(quantity))))).toEqual({
      REFUSED: 15,
      'SALE.QUANTITY_EXCEEDED': 15,
    });
    expect(batches).toEqual(quantities.map((quantity) => [quantity]));
    expect(linesRead).toBe(30);
  });

  it('are answered by one look when the key was used before, also by another process', async () => {
    const other = await warehouse.join();
    const [sold] = confirmed([await buy(1, {}, other)]);
    await other.close();
    // Without what this process remembers of the key, the unique key of the database refuses it.
    const outcomes = [buy(2), buy(3), buy(1), buy(4), buy(1), buy(2)];
    expect(await results(outcomes)).toEqual([
      'SALE.KEY_REUSED',
      'SALE.KEY_REUSED',
      'REPLAYED',
      'SALE.KEY_REUSED',
      'REPLAYED',
      'SALE.KEY_REUSED',
    ]);
    expect(await outcomes[2]).toMatchObject({ sale: sold });
    expect(batches).toEqual([[2]]);
    expect(await warehouse.level('CP-1')).toMatchObject({ onHand: 9 });
  });

  it('end together when the outcome of the first is unknown, and the key stays used if it was sold', async () => {
    const service = warehouse.get(SaleBatchService);
    const commit = service.commit.bind(service);
    const unavailable = new InventoryError('DATABASE.UNAVAILABLE', 'The connection broke during COMMIT.');
    jest.spyOn(service, 'commit').mockImplementationOnce(async (gather) => {
      await commit(gather);
      throw unavailable;
    });
    const outcomes = [buy(1), ...Array.from({ length: 50 }, (_, index) => buy(1 + (index % 10)))];
    expect(count(await results(outcomes))).toEqual({ 'DATABASE.UNAVAILABLE': 51 });
    expect(batches).toEqual([[1]]);
    expect(await results([buy(2), buy(1)])).toEqual(['SALE.KEY_REUSED', 'REPLAYED']);
    expect(await warehouse.dataSource.manager.count(Sale)).toBe(1);
  });

  it('take the place of one that was abandoned, and are left out themselves when they were', async () => {
    const isAbandoned = () => true;
    const outcomes = [
      buy(1, { isAbandoned }),
      buy(2),
      buy(1, { isAbandoned }),
      buy(3, { isAbandoned }),
      buy(1),
      buy(2),
    ];
    expect(await results(outcomes)).toEqual([
      'ABANDONED',
      'SALE.KEY_REUSED',
      'ABANDONED',
      'SALE.KEY_REUSED',
      'CONFIRMED',
      'SALE.KEY_REUSED',
    ]);
    // The abandoned one was refused by the used key; without a sale it would not have been begun.
    expect(batches).toEqual([[1]]);
  });

  it('are not begun when they were abandoned while they waited', async () => {
    const isAbandoned = () => true;
    const submit = jest.spyOn(GroupCommitter.prototype, 'submit');
    const outcomes = [buy(11), buy(2, { isAbandoned }), buy(3, { isAbandoned }), buy(4)];
    expect(await results(outcomes)).toEqual(['REFUSED', 'ABANDONED', 'ABANDONED', 'CONFIRMED']);
    expect(batches).toEqual([[11], [4]]);
    // Each would have waited for a batch that it is not in.
    expect(submit).toHaveBeenCalledTimes(2);
  });

  it('are finished when the service shuts down, one after the other', async () => {
    const other = await warehouse.join();
    watchBatches(other);
    const outcomes = [buy(13, {}, other), buy(12, {}, other), buy(11, {}, other), buy(1, {}, other)];
    await other.close();
    expect(await results(outcomes)).toEqual(['REFUSED', 'REFUSED', 'REFUSED', 'CONFIRMED']);
    expect(batches).toEqual([[13], [12], [11], [1]]);
  });
});
