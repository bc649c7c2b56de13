/** Measures reconcile and repair on a database with millions of sales: how long they take, and how much memory. */
import 'reflect-metadata';
import { CommandError, readEnvironment, runCommand, UsageError } from '#runtime';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BenchEnvironment } from '../environment.js';
import { machineText } from '../report/machine.js';
import { HOT_SKU, HUNDRED_SKUS } from '../scenarios.js';
import { embeddedServer, mysqlServer } from '../warehouse/server.js';
import { BenchWarehouse } from '../warehouse/warehouse.js';
import { type Measured } from './measured-process.js';
import { STEPS } from './steps.js';

const USAGE = `npm run bench:reconcile -- [options]

Measures reconcile and repair: time, and the most memory of the process, which is one for each step. Ten million sales take half
an hour and some 10 GB. The database is removed at the end.

  --sales N       sales that are stored, a multiple of 1000 (default 10000000)
  --products N    100: a hundred products, and a movement for each sale, the most rows that so many sales can make (default);
                  1: one product has all sales, with a movement for fifty of them
  --mysql URL     a MySQL server, and a user who may create databases (or BENCH_MYSQL_URL); without it the embedded
                  database is measured
  --help          this text
`;

const DIRECTORY = '.donut-states/bench';

/** Sales of the last five minutes: 333 a second. */
const RECENT = 100_000;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());

await runCommand({
  usage: USAGE,
  options: { sales: { type: 'string' }, products: { type: 'string' }, mysql: { type: 'string' } },
  run: bench,
});

async function bench(given: { sales?: string; products?: string; mysql?: string }): Promise<void> {
  const count = salesOf(given.sales ?? '10000000');
  const kind = kindOf(given.products ?? '100');
  const url = given.mysql ?? readEnvironment(BenchEnvironment).BENCH_MYSQL_URL;
  mkdirSync(DIRECTORY, { recursive: true });
  const server = url === undefined ? embeddedServer(DIRECTORY) : mysqlServer(url);
  const warehouse = await BenchWarehouse.create(server, `donut_bench_reconcile_${process.pid}`);
  try {
    console.log(`${machineText()}\n${server.kind}, ${count.toLocaleString('en')} sales, ${kind}`);
    await warehouse.storeSales({ count, kind, onProgress: tell, signal: stop.signal });
    const rows = [];
    for (const [index, { title, hasRecentSales, damage }] of STEPS.entries()) {
      stop.signal.throwIfAborted();
      if (hasRecentSales) await warehouse.storeRecentSales(count, RECENT, kind);
      if (damage) await warehouse.dataSource.query(damage, [kind === 'singles' ? HUNDRED_SKUS[42] : HOT_SKU]);
      const { seconds, peakMib, found } = await measure(index, warehouse.url);
      rows.push({ step: title, s: Number(seconds.toFixed(1)), 'peak MiB': Math.round(peakMib), found });
      console.log(`${title}: ${seconds.toFixed(1)} s`);
    }
    console.table(rows);
  } catch (error) {
    if (stop.signal.aborted) throw new CommandError('Stopped.', { cause: error });
    throw error;
  } finally {
    await warehouse.drop();
  }
}

async function measure(step: number, url: string): Promise<Measured> {
  const child = fork(join(import.meta.dirname, 'measured-process.js'), [String(step), url]);
  const ended = once(child, 'exit').then(([status]) => {
    throw new CommandError(`The measured process ended with status ${String(status)}.`);
  });
  const [measured] = (await Promise.race([once(child, 'message'), ended])) as [Measured];
  return measured;
}

function salesOf(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1_000 && count <= 100_000_000 && count % 1_000 === 0) return count;
  throw new UsageError('--sales takes a multiple of 1000 from 1000 to 100000000.');
}

function kindOf(products: string): 'singles' | 'batches' {
  if (products === '100') return 'singles';
  if (products === '1') return 'batches';
  throw new UsageError('--products takes 1 or 100.');
}

function tell(stored: number): void {
  if (stored % 1_000_000 === 0) console.log(`${stored.toLocaleString('en')} sales are stored`);
}
