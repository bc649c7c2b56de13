import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AdjustmentService } from '../../adjustment/adjustment.service.js';
import { SaleService } from '../../sale/sale.service.js';
import { FastClock } from '../../testing/fast-clock.js';
import { TEST_DATABASES } from '../../testing/test-database.js';
import { Warehouse } from '../../testing/warehouse.js';
import { ReconcileService } from '../reconcile.service.js';
import { countSums, type SkuSums } from '../sku-books.js';
import { CheckpointService } from './checkpoint.service.js';
import { storedSums } from './sku-sums.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** How far the boundary of the checkpoint stays behind the time. */
const LAG_MS = 10 * MINUTE_MS;

/** By a clock that is as far ahead, everything so far is before the boundary, and what comes for a while as well. */
const LATER_MS = LAG_MS + 5 * MINUTE_MS;

const EMPTIED = [
  'sale',
  'sale_line',
  'stock_movement',
  'stock_level',
  'product',
  'reconcile_checkpoint',
  'sku_checkpoint',
  'reconcile_finding',
];

describe.each(TEST_DATABASES)('an incremental reconcile on %s', (kind) => {
  const clock = new FastClock();
  let warehouse: Warehouse;
  let reconciliation: ReconcileService;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind, 10, clock);
    reconciliation = warehouse.get(ReconcileService);
  });
  beforeEach(() => {
    clock.aheadMs = 0;
  });
  afterEach(async () => {
    for (const table of EMPTIED) await query(`DELETE FROM ${table}`);
  });
  afterAll(() => warehouse.close());

  const query = (sql: string) => warehouse.dataSource.query(sql);

  const buy = async (quantity: number, ...skus: string[]) => {
    const lines = skus.map((sku) => ({ sku, quantity }));
    const outcome = await warehouse.get(SaleService).place({ lines });
    if (outcome.kind !== 'CONFIRMED') throw new Error(outcome.kind);
    return outcome.sale.id;
  };

  /** Gives a sale and its movement the ids of a process whose clock is an hour behind. */
  const asAnHourAgo = async (saleId: string) => {
    const [sale, movement] = [1, 2].map(() => uuidv7({ msecs: Date.now() - 60 * MINUTE_MS }));
    await query(`UPDATE sale SET id = '${sale}', posting_id = '${sale}' WHERE id = '${saleId}'`);
    await query(`UPDATE sale_line SET sale_id = '${sale}' WHERE sale_id = '${saleId}'`);
    await query(
      `UPDATE stock_movement SET id = '${movement}', reference = '${sale}' WHERE reference = '${saleId}'`,
    );
  };

  /** What an incremental reconcile finds, of which nothing is kept. */
  const found = async () => (await reconciliation.reconcile()).differences;

  /** What the worker finds without counting everything. */
  const run = async () => (await reconciliation.run(0)).differences;

  const sums = async (): Promise<{ stored: SkuSums[]; counted: SkuSums[] }> => {
    const { manager } = warehouse.dataSource;
    const counted = (await countSums(manager, {})).sort((a, b) => (a.sku < b.sku ? -1 : 1));
    return {
      counted,
      stored: await storedSums(
        manager,
        counted.map(({ sku }) => sku),
      ),
    };
  };

  const ON_HAND = 'stock on hand is the sum of its movements';
  const SOLD = 'every unit sold has left the stock';

  it('counts everything while there is no checkpoint, and writes nothing', async () => {
    await warehouse.stockProduct('FIRST', 10);
    await buy(2, 'FIRST');
    expect(await found()).toEqual([]);
    await query(`DELETE FROM stock_movement WHERE reason = 'SALE'`);
    expect(await found()).toMatchObject([
      { invariant: ON_HAND, subject: 'FIRST', expected: '10', actual: '8' },
      { invariant: SOLD, subject: 'FIRST', expected: '2', actual: '0' },
    ]);
    expect(await query('SELECT * FROM reconcile_checkpoint')).toEqual([]);
  });

  it('adds the past up in steps, as it is, and no step twice', async () => {
    await warehouse.stockProduct('STEP-1', 100);
    await warehouse.stockProduct('STEP-2', 100);
    for (let quantity = 1; quantity <= 12; quantity += 1) await buy(quantity % 5 || 1, 'STEP-1', 'STEP-2');
    await warehouse.get(AdjustmentService).adjust('STEP-2', -7, 'broken');
    clock.aheadMs = LATER_MS;
    const checkpoints = warehouse.get(CheckpointService);
    await Promise.all([1, 2, 3].map(() => checkpoints.advance(5)));
    const { stored, counted } = await sums();
    expect(stored).toEqual(counted);
    expect(await found()).toEqual([]);
    await checkpoints.advance(5);
    expect((await sums()).stored).toEqual(counted);
  });

  it('leaves what is young to the next one', async () => {
    await warehouse.stockProduct('YOUNG', 10);
    await buy(2, 'YOUNG');
    expect(await run()).toEqual([]);
    expect((await sums()).stored).toEqual([
      { sku: 'YOUNG', moved: 0, sold: 0, soldMoved: 0, receivedMoved: 0 },
    ]);
  });

  const NEW_DAMAGE: [string, (saleId: string) => string, string[]][] = [
    [
      'a sold movement that is lost',
      (id) => `DELETE FROM stock_movement WHERE reference = '${id}'`,
      [ON_HAND, SOLD],
    ],
    [
      'a movement that was altered',
      (id) => `UPDATE stock_movement SET delta = -5 WHERE reference = '${id}'`,
      [ON_HAND, SOLD],
    ],
    ['a line that was altered', (id) => `UPDATE sale_line SET quantity = 9 WHERE sale_id = '${id}'`, [SOLD]],
    [
      'a line that is lost',
      (id) => `DELETE FROM sale_line WHERE sale_id = '${id}'`,
      [SOLD, 'every sale has lines'],
    ],
    ['a sale that is lost', (id) => `DELETE FROM sale WHERE id = '${id}'`, ['every line belongs to a sale']],
  ];

  it.each(NEW_DAMAGE)('finds, beside a checkpoint, %s', async (_, damage, invariants) => {
    await warehouse.stockProduct('NEW', 100);
    await buy(1, 'NEW');
    await sleep(2);
    clock.aheadMs = LAG_MS;
    expect(await run()).toEqual([]);
    const { stored, counted } = await sums();
    expect(stored).toEqual(counted);
    await sleep(2);
    const saleId = await buy(2, 'NEW');
    expect(await found()).toEqual([]);
    await query(damage(saleId));
    expect((await found()).map(({ invariant }) => invariant)).toEqual(invariants);
    expect(await run()).toEqual(await found());
  });

  it('finds a changed level, however old its books are', async () => {
    await warehouse.stockProduct('OLD-LEVEL', 10);
    await buy(2, 'OLD-LEVEL');
    clock.aheadMs = LATER_MS;
    await run();
    await query(`UPDATE stock_level SET on_hand = 9 WHERE sku = 'OLD-LEVEL'`);
    const difference = { invariant: ON_HAND, subject: 'OLD-LEVEL', expected: '8', actual: '9' };
    expect(await found()).toEqual([difference]);
    expect(await run()).toEqual([difference]);
    expect(await run()).toEqual([difference]);
  });

  it('does not see what is damaged before the boundary, until everything is counted; then it goes on telling', async () => {
    await warehouse.stockProduct('OLD', 10);
    await buy(2, 'OLD');
    clock.aheadMs = LATER_MS;
    await run();
    const [movement] = await query(`SELECT * FROM stock_movement WHERE reason = 'SALE'`);
    await query(`DELETE FROM stock_movement WHERE reason = 'SALE'`);
    expect(await run()).toEqual([]);
    const full = await reconciliation.run(DAY_MS);
    expect(full).toMatchObject({ isFull: true, lastFullAt: null });
    expect(full.differences).toMatchObject([{ invariant: ON_HAND }, { invariant: SOLD }]);
    expect(full.differences).toEqual(await warehouse.differences());
    const next = await reconciliation.run(DAY_MS);
    expect(next).toMatchObject({ isFull: false, differences: full.differences });
    expect(next.lastFullAt).toEqual(expect.any(Date));
    await warehouse.dataSource
      .createQueryBuilder()
      .insert()
      .into('stock_movement')
      .values({ ...movement, balanceAfter: movement.balance_after, createdAt: new Date() })
      .execute();
    expect(await run()).toEqual([]);
  });

  it('goes on telling of a sale that was broken when it was counted, until it is mended', async () => {
    await warehouse.stockProduct('BROKEN', 10);
    const [lost, orphan] = [await buy(1, 'BROKEN'), await buy(1, 'BROKEN')];
    await query(`DELETE FROM sale_line WHERE sale_id = '${lost}'`);
    await query(`UPDATE stock_movement SET delta = 0 WHERE reason = 'SALE' AND reference = '${lost}'`);
    await query(`UPDATE stock_level SET on_hand = 9`);
    await query(`DELETE FROM sale WHERE id = '${orphan}'`);
    const expected = [
      { invariant: 'every sale has lines', subject: lost, expected: 'at least 1 line', actual: '0' },
      { invariant: 'every line belongs to a sale', subject: orphan, expected: 'a sale', actual: 'none' },
    ];
    clock.aheadMs = LATER_MS;
    for (let time = 1; time <= 3; time += 1) expect(await run()).toEqual(expected);
    expect(await found()).toEqual(expected);
    await query(`DELETE FROM sale WHERE id = '${lost}'`);
    expect(await run()).toEqual(expected.slice(1));
    expect(await query('SELECT subject FROM reconcile_finding')).toEqual([{ subject: orphan }]);
  });

  it('reports nothing where a process whose clock is an hour behind sells, and corrects its checkpoint', async () => {
    await warehouse.stockProduct('SKEWED', 100);
    await buy(1, 'SKEWED');
    await run();
    await asAnHourAgo(await buy(3, 'SKEWED'));
    expect((await sums()).stored[0]).toMatchObject({ sold: 0 });
    expect(await found()).toEqual([]);
    expect(await run()).toEqual([]);
    expect((await sums()).stored[0]).toMatchObject({ sold: 3, soldMoved: 3, moved: -3 });
    await query(`UPDATE stock_level SET on_hand = 97`);
    expect(await found()).toMatchObject([{ expected: '96', actual: '97' }]);
  });

  it('reports nothing while other processes sell, though every row comes behind the boundary', async () => {
    await warehouse.stockProduct('BUSY-1', 10_000);
    await warehouse.stockProduct('BUSY-2', 10_000);
    const processes = [warehouse, await warehouse.join()];
    let selling = true;
    const sales = Promise.all(
      processes.map(async (process) => {
        for (let count = 0; count < 80; count += 1) {
          const lines = ['BUSY-1', 'BUSY-2'].map((sku) => ({ sku, quantity: 1 + (count % 3) }));
          await process.get(SaleService).place({ lines: count % 2 ? lines : lines.slice(1) });
        }
      }),
    ).finally(() => (selling = false));
    clock.aheadMs = LATER_MS;
    let runs = 0;
    do {
      expect(await run()).toEqual([]);
      expect(await found()).toEqual([]);
      runs += 1;
      await new Promise(setImmediate);
    } while (selling);
    await sales;
    expect(runs).toBeGreaterThan(2);
    expect(await run()).toEqual([]);
    expect(await warehouse.differences()).toEqual([]);
    const { stored, counted } = await sums();
    expect(stored).toEqual(counted);
    await processes[1]!.close();
  });

  it('counts everything once an interval, whichever worker is first, and again after one died of it', async () => {
    const checkpoints = warehouse.get(CheckpointService);
    expect(await checkpoints.claimFull(0)).toBe(false);
    const claims = [1, 2, 3].map(() => checkpoints.claimFull(DAY_MS));
    expect((await Promise.all(claims)).filter(Boolean)).toHaveLength(1);
    clock.aheadMs = 16 * MINUTE_MS;
    expect((await reconciliation.run(DAY_MS)).isFull).toBe(true);
    clock.aheadMs = 16 * MINUTE_MS + DAY_MS / 2;
    expect((await reconciliation.run(DAY_MS)).isFull).toBe(false);
    clock.aheadMs = 17 * MINUTE_MS + DAY_MS;
    expect((await reconciliation.run(DAY_MS)).isFull).toBe(true);
  });

  it('leaves the boundary where it is while somebody counts everything', async () => {
    const checkpoints = warehouse.get(CheckpointService);
    const boundary = async () => (await query('SELECT boundary FROM reconcile_checkpoint'))[0].boundary;
    await checkpoints.claimFull(DAY_MS);
    const before = await boundary();
    await checkpoints.advance();
    expect(await boundary()).toBe(before);
    await checkpoints.keep({ boundary: before, sums: [], findings: [] }, true);
    await checkpoints.advance();
    expect(await boundary()).not.toBe(before);
  });

  it('keeps nothing that was found under an earlier boundary', async () => {
    await warehouse.stockProduct('MOVED', 10);
    clock.aheadMs = LATER_MS;
    await run();
    const wrong = { sku: 'MOVED', moved: 99, sold: 9, soldMoved: 9, receivedMoved: 0 };
    const findings = [{ invariant: 'every sale has lines', subject: 'x', expected: '', actual: '' }];
    await warehouse.get(CheckpointService).keep({ boundary: '0', sums: [wrong], findings }, false);
    expect((await sums()).stored[0]).toMatchObject({ moved: 10 });
    expect(await query('SELECT * FROM reconcile_finding')).toEqual([]);
  });
});
