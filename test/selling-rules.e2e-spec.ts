import { Clock, Database } from '#inventory';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { TEST_DATABASES } from '../libs/inventory/src/testing/test-database.js';
import { Warehouse } from '../libs/inventory/src/testing/warehouse.js';
import { freePorts } from '../libs/runtime/src/testing/free-ports.js';
import { type Answer, answerOf } from './running-system.js';
import { SalesProcess } from './surge/sales-process.js';

/** Goal: two sales processes on one database keep the rules of a product, whatever they are asked at once. */
const REQUESTS = Array.from({ length: 500 }, (_, index) => index);
const LIMIT = 3;
const WINDOW_SECONDS = 3;

/** The opening is in the middle of so many ms of requests. */
const SPREAD_MS = 1_500;
const REPEAT_DELAY_MS = 50;

/** The most by which two processes may disagree about the time of the database, in ms. A slower machine cannot judge. */
const MOST_ERROR_MS = 500;

interface Attempt {
  /** Of the last request, by the clock of the database. */
  sentAt: number;
  answeredAt: number;
  answer: Answer;
}

const CLOCK_READINGS = 20;

describe.each(TEST_DATABASES)('two sales processes on %s', (kind) => {
  let warehouse: Warehouse;
  let processes: SalesProcess[];
  /** The clock of the database less the monotonic clock, and the most by which that may be wrong, in ms. */
  let clock = { offsetMs: 0, errorMs: Infinity };

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    const ports = await freePorts(2);
    processes = await Promise.all(ports.map((port) => SalesProcess.start(warehouse.database.url, port)));
    clock = await readClock();
  }, 90_000);

  afterAll(async () => {
    expect(processes.map(({ ownEnd }) => ownEnd)).toEqual([undefined, undefined]);
    await Promise.all(processes.map((sales) => sales.stop()));
    expect(await warehouse.differences()).toEqual([]);
    await warehouse.close();
  }, 60_000);

  const databaseMs = () => performance.now() + clock.offsetMs;

  /** The best of many readings: that of the shortest round trip. */
  async function readClock(): Promise<typeof clock> {
    let best = clock;
    for (let reading = 0; reading < CLOCK_READINGS; reading += 1) {
      const [time, sentMs] = await warehouse.get(Database).read(async (manager) => {
        const sent = performance.now();
        return [await warehouse.get(Clock).now(manager), sent] as const;
      });
      const receivedMs = performance.now();
      // The clock has whole milliseconds.
      const errorMs = (receivedMs - sentMs) / 2 + 1;
      if (errorMs < best.errorMs) best = { offsetMs: time.getTime() - (sentMs + receivedMs) / 2, errorMs };
    }
    return best;
  }

  /** Repeats a request at one process until there is a final answer. */
  async function buy(sku: string, index: number, customerEmail: string, key: string): Promise<Attempt> {
    const { port } = processes[index % 2]!;
    for (;;) {
      const sentAt = databaseMs();
      const answer = await answerOf(
        await fetch(`http://127.0.0.1:${port}/sales`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': key },
          body: JSON.stringify({ lines: [{ sku, quantity: 1 }], customerEmail }),
        }),
      );
      if (answer.status < 500 && answer.status !== 429) return { sentAt, answeredAt: databaseMs(), answer };
      await sleep(REPEAT_DELAY_MS);
    }
  }

  const isSold = ({ answer }: Attempt) => answer.status === 201;
  const refused = (attempts: readonly Attempt[]) => attempts.filter((attempt) => !isSold(attempt));
  const soldBy = (attempts: readonly Attempt[], half: number) =>
    attempts.filter((attempt, index) => index % 2 === half && isSold(attempt)).length;

  /** Both processes know the product, so that they sell by what they know. */
  async function warmUp(sku: string): Promise<void> {
    for (const index of [0, 1, 2, 3]) {
      expect(isSold(await buy(sku, index, `other-${index}@example.com`, `${sku}-other-${index}`))).toBe(true);
    }
  }

  it('sell a customer no more than the limit, by 500 parallel requests in each window', async () => {
    const sku = 'LIMITED';
    await warehouse.stockProduct(sku, 10_000, {
      maxPerCustomer: LIMIT,
      customerWindowSeconds: WINDOW_SECONDS,
    });
    await warmUp(sku);
    const burst = (name: string) =>
      Promise.all(REQUESTS.map((index) => buy(sku, index, 'kim@example.com', `${name}-${index}`)));
    const attempts = await burst('first');
    const resetsAt = () =>
      Math.max(...refused(attempts).map(({ answer }) => Date.parse(answer.body.resetsAt)));
    await sleep(resetsAt() - databaseMs() + MOST_ERROR_MS);
    attempts.push(...(await burst('second')));

    for (const { answer } of refused(attempts)) {
      expect(answer).toMatchObject({ status: 409, body: { code: 'SALE.LIMIT_REACHED', limit: LIMIT } });
    }
    const sold = attempts.filter(isSold).map(({ answer }) => Date.parse(answer.body.createdAt));
    // The second burst finds a new window. A slow machine may need several windows for one burst.
    const windows = windowsOf(sold);
    expect(windows.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...windows)).toBe(LIMIT);
    expect(windows.slice(0, 1)).toEqual([LIMIT]);
    const [stored] = await warehouse.dataSource.query<{ count: string | number }[]>(
      "SELECT COUNT(*) AS count FROM sale WHERE customer_email = 'kim@example.com'",
    );
    expect(Number(stored!.count)).toBe(sold.length);
    expect(await warehouse.level(sku)).toMatchObject({ onHand: 10_000 - 4 - sold.length });
  }, 60_000);

  /** Sales by the window that they are certain to be in: the times of two processes differ by an error. */
  function windowsOf(times: readonly number[]): number[] {
    const windows: number[] = [];
    let startedAt = -Infinity;
    for (const time of times.toSorted((a, b) => a - b)) {
      if (time < startedAt + WINDOW_SECONDS * 1_000 - MOST_ERROR_MS) windows[windows.length - 1]! += 1;
      else {
        windows.push(1);
        startedAt = time;
      }
    }
    return windows;
  }

  it('open a sale by the clock of the database, within the error that they state', async () => {
    const sku = 'OPENS';
    const opensAt = Math.ceil(databaseMs()) + SPREAD_MS;
    await warehouse.stockProduct(sku, 10_000, { salesFrom: new Date(opensAt) });
    // Half of them come in the 100 ms round the opening.
    const moment = (index: number) =>
      index % 4 < 2 ? (index / REQUESTS.length - 0.5) * SPREAD_MS : (index / REQUESTS.length - 0.5) * 100;
    const attempts = await Promise.all(
      REQUESTS.map(async (index) => {
        await sleep(opensAt + moment(index) - databaseMs());
        return buy(sku, index, `buyer-${index}@example.com`, `opens-${index}`);
      }),
    );
    const errorMs = clock.errorMs + Math.max(...(await statedErrors()));
    expect(errorMs).toBeLessThan(MOST_ERROR_MS);

    const sold = attempts.filter(isSold);
    const early = sold.filter(
      ({ answeredAt, answer }) =>
        answeredAt < opensAt - errorMs || Date.parse(answer.body.createdAt) < opensAt - errorMs,
    );
    expect(early).toEqual([]);
    const late = refused(attempts);
    expect(new Set(late.map(({ answer }) => answer.body.code))).toEqual(new Set(['SALE.NOT_OPEN']));
    expect(late.filter(({ sentAt }) => sentAt > opensAt + errorMs)).toEqual([]);
    // Some were early and some were not, at both of them.
    for (const half of [0, 1]) {
      expect(soldBy(attempts, half)).toBeGreaterThan(0);
      expect(soldBy(attempts, half)).toBeLessThan(REQUESTS.length / 2);
    }
    expect(await warehouse.level(sku)).toMatchObject({ onHand: 10_000 - sold.length });
  }, 60_000);

  /** By which each process says it may be wrong about the clock of the database, in ms. */
  async function statedErrors(): Promise<number[]> {
    const pages = await Promise.all(
      processes.map(async ({ port }) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()),
    );
    return pages.map(
      (page) => 1_000 * Number(/^donut_states_database_clock_error_seconds(?:{.*})? (.+)$/m.exec(page)![1]),
    );
  }
});
