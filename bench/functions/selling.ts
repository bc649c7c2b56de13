import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { FunctionEnvironments } from '../../apps/lambda/src/local/function-environments.js';
import { type UploadedFunctions } from '../../apps/lambda/src/local/uploaded-functions.js';
import { freePorts } from '../../libs/runtime/src/testing/free-ports.js';
import { autocannon } from '../load/autocannon.js';
import { MysqlCounters } from '../measure/mysql-counters.js';
import { HOT_SKU, SCENARIOS } from '../scenarios.js';
import { median } from '../statistics.js';
import { SubjectProcess } from '../subjects/subject-process.js';
import { type BenchWarehouse } from '../warehouse/warehouse.js';
import { functionVariables } from './function-variables.js';

const CONCURRENCIES = [1, 10, 50];
const ROUNDS = 5;
const SECONDS = 3;
const WARM_UP_SECONDS = 2;
const TIMEOUT_MS = 29_000;

/** One round of one side. */
interface Round {
  perSecond: number;
  p99Ms: number;
  fsyncsPerSale: number | null;
  failed: number;
}

type Load = (seconds: number) => Promise<Omit<Round, 'fsyncsPerSale'>>;

/** The sales function with so many environments, and the service with so many connections, in alternating rounds. */
export async function measureSelling(
  uploaded: UploadedFunctions,
  warehouse: BenchWarehouse,
  directory: string,
): Promise<void> {
  const [port] = await freePorts(1);
  const service = await SubjectProcess.start({
    ...{ subject: 'product', databaseUrl: warehouse.url, port: port!, earlierBuild: undefined },
    logFile: join(directory, 'functions-product.log'),
  });
  const counters = new MysqlCounters(warehouse.dataSource, warehouse.url);
  const rows: object[] = [];
  try {
    for (const concurrency of CONCURRENCIES) {
      const functions = new FunctionEnvironments({
        ...{ file: uploaded.fileOf('sales'), handler: 'sales', timeoutMs: TIMEOUT_MS, concurrency },
        environment: functionVariables(warehouse.url, 'http://127.0.0.1:9/queues/'),
      });
      await functions.provision(concurrency);
      const loads: Record<string, Load> = {
        service: (seconds) => serviceLoad(port!, concurrency, seconds),
        functions: (seconds) => functionLoad(functions, concurrency, seconds),
      };
      const rounds: Record<string, Round[]> = { service: [], functions: [] };
      for (const load of Object.values(loads)) await load(WARM_UP_SECONDS);
      const connections = await openConnections(warehouse);
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const [side, load] of Object.entries(loads)) {
          rounds[side]!.push(await withFsyncs(counters, () => load(SECONDS)));
        }
      }
      rows.push(rowOf(concurrency, rounds.service!, rounds.functions!, connections));
      await functions.stop();
    }
  } finally {
    await service.stop();
  }
  console.log(`One SKU that everyone wants, ${ROUNDS} alternating rounds of ${SECONDS} s, medians:`);
  console.table(rows);
  const differences = await warehouse.reconcile();
  console.log(`Differences in the books: ${differences.length}`);
}

function rowOf(concurrency: number, service: Round[], functions: Round[], connections: number): object {
  const of = (rounds: Round[], figure: (round: Round) => number | null) =>
    median(rounds.map((round) => figure(round) ?? NaN));
  const ratios = functions.map(({ perSecond }, round) => perSecond / service[round]!.perSecond);
  return {
    'at a time': concurrency,
    'service sales/s': Math.round(of(service, ({ perSecond }) => perSecond)),
    'functions sales/s': Math.round(of(functions, ({ perSecond }) => perSecond)),
    'functions / service': Number(median(ratios).toFixed(3)),
    'service p99 ms': Math.round(of(service, ({ p99Ms }) => p99Ms)),
    'functions p99 ms': Math.round(of(functions, ({ p99Ms }) => p99Ms)),
    'service fsyncs/sale': Number(of(service, ({ fsyncsPerSale }) => fsyncsPerSale).toFixed(2)),
    'functions fsyncs/sale': Number(of(functions, ({ fsyncsPerSale }) => fsyncsPerSale).toFixed(2)),
    'functions failed': functions.reduce((sum, { failed }) => sum + failed, 0),
    'connections of both': connections,
  };
}

async function withFsyncs(
  counters: MysqlCounters,
  load: () => Promise<Omit<Round, 'fsyncsPerSale'> & { sales?: number }>,
): Promise<Round> {
  const before = await counters.read();
  const round = await load();
  const after = await counters.read();
  const known = before.fsyncs !== null && after.fsyncs !== null;
  const sales = round.perSecond * SECONDS;
  return { ...round, fsyncsPerSale: known ? (after.fsyncs! - before.fsyncs!) / sales : null };
}

async function serviceLoad(port: number, connections: number, seconds: number): ReturnType<Load> {
  const order = { port, connections, arrivalsPerSecond: null, seconds, scenario: SCENARIOS.hot };
  const result = await autocannon.run(order, new AbortController().signal);
  return {
    perSecond: (result.requests - result.otherAnswers) / (result.durationMs / 1_000),
    p99Ms: result.p99Ms,
    failed: result.otherAnswers + result.unanswered,
  };
}

/** Each environment gets its next event when it has answered. */
async function functionLoad(
  functions: FunctionEnvironments,
  concurrency: number,
  seconds: number,
): ReturnType<Load> {
  const latencies: number[] = [];
  let failed = 0;
  const began = performance.now();
  const untilMs = began + seconds * 1_000;
  const client = async () => {
    while (performance.now() < untilMs) {
      const at = performance.now();
      const answer = (await functions.invoke(saleEvent())) as { statusCode: number };
      if (answer.statusCode === 201) latencies.push(performance.now() - at);
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  const elapsedMs = performance.now() - began;
  latencies.sort((one, other) => one - other);
  const p99Ms = latencies[Math.ceil(0.99 * latencies.length) - 1] ?? NaN;
  return { perSecond: latencies.length / (elapsedMs / 1_000), p99Ms, failed };
}

function saleEvent(): object {
  return {
    version: '2.0',
    rawPath: '/sales',
    rawQueryString: '',
    headers: { 'content-type': 'application/json', host: 'localhost', 'idempotency-key': uuidv7() },
    requestContext: { http: { method: 'POST', path: '/sales', sourceIp: '127.0.0.1' } },
    body: JSON.stringify({ lines: [{ sku: HOT_SKU, quantity: 1 }] }),
    isBase64Encoded: false,
  };
}

async function openConnections({ dataSource }: BenchWarehouse): Promise<number> {
  const [row] = await dataSource.query<{ open: string }[]>(
    'SELECT COUNT(*) AS open FROM information_schema.processlist WHERE db = DATABASE()',
  );
  return Number(row!.open);
}
