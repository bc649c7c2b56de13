/** Measures how long an operator waits for the lists of dead letters, with thousands of them open. */
import 'reflect-metadata';
import { CommandError, readEnvironment, runCommand, UsageError } from '#runtime';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../libs/runtime/src/testing/free-ports.js';
import { BenchEnvironment, OPERATIONS_API_KEY } from '../environment.js';
import { machineText } from '../report/machine.js';
import { HUNDRED_SKUS } from '../scenarios.js';
import { median } from '../statistics.js';
import { SubjectProcess } from '../subjects/subject-process.js';
import { embeddedServer, mysqlServer } from '../warehouse/server.js';
import { BenchWarehouse } from '../warehouse/warehouse.js';
import { CAUSES, storeLetters } from './stored-letters.js';

const USAGE = `npm run bench:dead-letters -- [options]

Measures the lists of dead letters, their groups and the plan of a redrive, over HTTP. It takes a minute. The database is removed at
the end.

  --letters N     open dead letters, 1 to 1000000 (default 10000)
  --mysql URL     a MySQL server, and a user who may create databases (or BENCH_MYSQL_URL); without it the embedded
                  database is measured
  --help          this text
`;

const DIRECTORY = '.donut-states/bench';
const REQUESTS = 50;

const ROUTES = {
  'the newest letters': '/dead-letters?limit=100',
  'of a cause and a SKU': `/dead-letters?limit=100&cause=${CAUSES[0]!}&sku=${HUNDRED_SKUS[42]!}`,
  'with a text that few have': '/dead-letters?limit=100&text=attempt%209999',
  'with a text that none has': '/dead-letters?limit=100&text=nowhere',
  groups: '/dead-letters/groups',
  'the plan of a redrive': undefined,
};

await runCommand({
  usage: USAGE,
  options: { letters: { type: 'string' }, mysql: { type: 'string' } },
  run: bench,
});

async function bench(given: { letters?: string; mysql?: string }): Promise<void> {
  const count = lettersOf(given.letters ?? '10000');
  const databaseUrl = given.mysql ?? readEnvironment(BenchEnvironment).BENCH_MYSQL_URL;
  mkdirSync(DIRECTORY, { recursive: true });
  const server = databaseUrl === undefined ? embeddedServer(DIRECTORY) : mysqlServer(databaseUrl);
  const name = `donut_bench_dead_letters_${process.pid}`;
  const warehouse = await BenchWarehouse.create(server, name);
  try {
    await storeLetters(warehouse.dataSource, count);
    const [port] = await freePorts(1);
    const sales = await SubjectProcess.start({
      subject: 'product',
      databaseUrl: warehouse.url,
      port: port!,
      logFile: join(DIRECTORY, `${name}.log`),
      earlierBuild: undefined,
    });
    console.log(`${machineText()}\n${server.kind}, ${count.toLocaleString('en')} open dead letters`);
    await measureRoutes(`http://127.0.0.1:${port}`).finally(() => sales.stop());
  } finally {
    await warehouse.drop();
  }
}

async function measureRoutes(url: string): Promise<void> {
  const rows = [];
  for (const [route, path] of Object.entries(ROUTES)) {
    const times = [];
    for (let request = 0; request < REQUESTS; request += 1) {
      const since = performance.now();
      await (path === undefined ? plan(url) : get(url + path));
      times.push(performance.now() - since);
    }
    rows.push({ route, 'median ms': rounded(median(times)), 'slowest ms': rounded(Math.max(...times)) });
  }
  console.table(rows);
}

function get(url: string): Promise<void> {
  return answered(fetch(url, { headers: { 'x-api-key': OPERATIONS_API_KEY } }));
}

function plan(url: string): Promise<void> {
  return answered(
    fetch(`${url}/dead-letter-jobs`, {
      method: 'POST',
      headers: { 'x-api-key': OPERATIONS_API_KEY, 'content-type': 'application/json' },
      body: JSON.stringify({ cause: CAUSES[0] }),
    }),
  );
}

async function answered(request: Promise<Response>): Promise<void> {
  const answer = await request;
  const text = await answer.text();
  if (!answer.ok) throw new CommandError(`Status ${answer.status}: ${text}`);
}

function lettersOf(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= 1_000_000) return count;
  throw new UsageError('--letters takes a number from 1 to 1000000.');
}

function rounded(ms: number): number {
  return Number(ms.toFixed(1));
}
