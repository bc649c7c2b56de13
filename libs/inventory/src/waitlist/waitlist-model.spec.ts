import { afterAll, beforeAll, describe, it } from '@jest/globals';
import fc from 'fast-check';
import { TEST_DATABASES } from '../testing/test-database.js';
import {
  endRun,
  type Expected,
  openingStock,
  waitlistCommands,
} from '../testing/waitlist/waitlist-commands.js';
import { WaitlistDriver } from '../testing/waitlist/waitlist-driver.js';
import { WaitlistModel } from '../testing/waitlist/waitlist-model.js';

/**
 * Goal: whatever buyers, operators, the factory and time do to the waitlist, and in whatever order, it looks as
 * `testing/waitlist/waitlist-model.ts` says, and its books agree. Method: random commands, one by one and several at once; what
 * several at once were told must be explained by some order of them.
 *
 * A failure prints its seed. `WAITLIST_MODEL_SEED=… npm test -- waitlist-model` makes the same runs again, and
 * `WAITLIST_MODEL_RUNS=2000 npm test -- waitlist-model` makes more of them: after a change to the waitlist, or to how sales are decided.
 */
const { WAITLIST_MODEL_RUNS: RUNS, WAITLIST_MODEL_SEED: SEED } = process.env;
const DEFAULT_RUNS = { embedded: 250, mysql: 20 };

/** How long a run may take at the very most, in ms. */
const RUN_LIMIT_MS = 2_000;

describe.each(TEST_DATABASES)('the waitlist and its model on %s', (kind) => {
  const runs = Number(RUNS ?? DEFAULT_RUNS[kind]);
  let driver: WaitlistDriver;

  beforeAll(async () => {
    driver = await WaitlistDriver.open(kind);
  });

  afterAll(() => driver.close());

  const begin = async (stock: readonly number[]): Promise<Expected> => {
    const skus = await driver.begin(stock);
    const model = new WaitlistModel(driver.now);
    for (const [index, sku] of skus.entries()) model.addProduct(sku, stock[index]!);
    return { model, skus, requests: [], deliveries: [] };
  };

  it(
    'agree after every command',
    async () => {
      const property = fc.asyncProperty(openingStock, waitlistCommands, async (units, commands) => {
        const expected = await begin(units);
        await fc.asyncModelRun(() => ({ model: expected, real: driver }), commands);
        await endRun(expected, driver);
      });
      await fc.assert(property, { numRuns: runs, ...(SEED && { seed: Number(SEED) }) });
    },
    60_000 + runs * RUN_LIMIT_MS,
  );
});
