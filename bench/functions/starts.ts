import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FunctionEnvironments } from '../../apps/lambda/src/local/function-environments.js';
import { type UploadedFunctions } from '../../apps/lambda/src/local/uploaded-functions.js';
import { HOT_SKU } from '../scenarios.js';
import { median } from '../statistics.js';
import { functionVariables } from './function-variables.js';

const RUNS = 20;
const TIMEOUT_MS = 30_000;

const post = (path: string, body: object) => ({
  version: '2.0',
  rawPath: path,
  rawQueryString: '',
  headers: { 'content-type': 'application/json', host: 'localhost' },
  requestContext: { http: { method: 'POST', path, sourceIp: '127.0.0.1' } },
  body: JSON.stringify(body),
  isBase64Encoded: false,
});

const probe = {
  ...{ messageId: '1', receiptHandle: '1', body: '{"input":1}', attributes: {}, messageAttributes: {} },
  eventSourceARN: 'arn:aws:sqs:local:000000000000:probe',
};

/** A first event for each function. */
const EVENTS: Record<string, unknown> = {
  hello: post('/hello', { input: 1 }),
  producer: post('/produce', { input: 1 }),
  consumer: { Records: [probe] },
  sales: post('/sales', { lines: [{ sku: HOT_SKU, quantity: 1 }] }),
  worker: { Records: [probe] },
  scheduled: {},
};

/**
 * From the start of the process to its first answer, beside a function that does nothing: what Node itself and the local
 * environment take is in both.
 */
export async function measureStarts(
  uploaded: UploadedFunctions,
  databaseUrl: string,
  queueUrlPrefix: string,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'donut-states-empty-'));
  const empty = join(folder, 'index.mjs');
  writeFileSync(empty, 'export const empty = async () => undefined;');
  const environment = functionVariables(databaseUrl, queueUrlPrefix);
  const rows: object[] = [];
  try {
    for (const name of ['empty', ...Object.keys(EVENTS)]) {
      const file = name === 'empty' ? empty : uploaded.fileOf(name);
      const runs = await startsOf(name, file, environment);
      rows.push({
        function: name,
        'bundle KiB': Math.round(bytesOf(file) / 1024),
        'median ms': Math.round(median(runs.map(({ ms }) => ms))),
        'p95 ms': Math.round(percentile95(runs.map(({ ms }) => ms))),
        'memory MiB': Math.round(median(runs.map(({ memory }) => memory)) / 2 ** 20),
      });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(`From a fresh process to its first answer, ${RUNS} runs:`);
  console.table(rows);
}

async function startsOf(name: string, file: string, environment: NodeJS.ProcessEnv) {
  const runs: { ms: number; memory: number }[] = [];
  // The first fills the caches of the operating system.
  for (let run = 0; run <= RUNS; run += 1) {
    const environments = new FunctionEnvironments({
      ...{ file, handler: name, timeoutMs: TIMEOUT_MS, concurrency: 1, environment, isSilent: true },
    });
    const began = performance.now();
    await environments.invoke(EVENTS[name]);
    const ms = performance.now() - began;
    if (run > 0) runs.push({ ms, memory: environments.memory[0]! });
    await environments.stop();
  }
  return runs;
}

function percentile95(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.ceil(0.95 * sorted.length) - 1]!;
}

function bytesOf(file: string): number {
  const folder = join(file, '..');
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
