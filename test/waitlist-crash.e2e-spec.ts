import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createTestDatabase,
  TEST_DATABASES,
  type TestDatabase,
} from '../libs/inventory/src/testing/test-database.js';
import { RunningSystem } from './running-system.js';
import { waitlistRound } from './waitlist/waitlist-round.js';
import { embeddedVictim, mysqlVictim, processVictim } from './waitlist/waitlist-victims.js';

/**
 * Goal: sales that wait are filled strictly in their order, each once, whatever is killed on the way. Method: see `waitlistRound`, and
 * `fillOrder` for how the order is judged. The full size is WAITLIST_SALES=10000 WAITLIST_KILLS=20, and WAITLIST_ROUNDS=20 of fewer.
 * MySQL itself is killed where WAITLIST_KILL_DATABASE and WAITLIST_START_DATABASE are the shell commands for it.
 */
const SALES = Number(process.env.WAITLIST_SALES ?? 150);
const ROUNDS = Number(process.env.WAITLIST_ROUNDS ?? 1);
const KILLS = Number(process.env.WAITLIST_KILLS ?? 3);
const SEED = Number(process.env.WAITLIST_SEED ?? Math.floor(Math.random() * 2 ** 32));

const ROUND_LIMIT_MS = 150_000 + 120 * SALES + 60_000 * KILLS;

describe.each(TEST_DATABASES)('the waitlist under kills on %s', (kind) => {
  let system: RunningSystem;
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createTestDatabase(kind);
    system = await RunningSystem.start({
      ...(kind === 'mysql' && { DATABASE_URL: database.url }),
      // The test is the factory: the simulated one takes the orders, and delivers nothing.
      FACTORY_LEAD_TIME_MS: '86400000',
      FACTORY_CONCURRENCY_LIMIT: '0',
      // Messages of a killed worker come back soon, and often enough for every kill.
      QUEUE_VISIBILITY_TIMEOUT_SECONDS: '15',
      FACTORY_TIMEOUT_MS: '5000',
      QUEUE_MAX_RECEIVE_COUNT: '50',
      MAIL_PER_SECOND: '1000',
    });
  }, 120_000);

  afterAll(async () => {
    await system.remove();
    await database.drop();
  }, 120_000);

  it.each(Array.from({ length: ROUNDS }, (_, index) => index + 1))(
    'fills every sale in its order, once, in round %d',
    async (round) => {
      // A process that has died often is started again later and later. A new supervisor does not know of it.
      if (round > 1) {
        await system.stop();
        await system.restart();
      }
      const victims = [
        processVictim(system, 'sales'),
        kind === 'mysql' ? mysqlVictim(database.url) : embeddedVictim(system),
        processVictim(system, 'worker'),
      ];
      const seed = (SEED + round) % 2 ** 32;
      const { faults, ...report } = await waitlistRound(system, victims, {
        ...{ name: `W${round}`, sales: SALES, kills: KILLS, seed },
      });
      process.stderr.write(`${kind}, round ${round}: ${JSON.stringify({ ...report, seed: SEED })}\n`);
      expect(faults.slice(0, 20)).toEqual([]);
      expect(report.killed).toHaveLength(KILLS);
    },
    ROUND_LIMIT_MS,
  );
});
