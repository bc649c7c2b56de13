import { execFile, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ANSWER_TIMEOUT_SECONDS, type LoadGenerator, type LoadOrder, type LoadResult } from './load.js';

/** Beside its source: the compiler moves TypeScript only. */
const SCRIPT = join(dirname(findPackageJSON(import.meta.url)!), 'bench/load/requests.lua');

export function hasWrk(): boolean {
  // It has no option that ends with status 0: that it runs at all is the answer.
  return spawnSync('wrk', ['--version']).error === undefined;
}

export const wrk: LoadGenerator = { name: 'wrk', run: runWrk };

async function runWrk(order: LoadOrder, signal: AbortSignal): Promise<LoadResult> {
  const directory = mkdtempSync(join(tmpdir(), 'donut-states-wrk-'));
  try {
    const bodies = join(directory, 'bodies.txt');
    writeFileSync(bodies, `${order.scenario.bodies.join('\n')}\n`);
    const options = [
      // One thread is enough for any subject here, and leaves the other core to it.
      ['--threads', '1'],
      ['--connections', String(order.connections)],
      ['--duration', `${order.seconds}s`],
      ['--timeout', `${ANSWER_TIMEOUT_SECONDS}s`],
      ['--script', SCRIPT],
    ].flat();
    const script = [bodies, String(order.scenario.replayPercent), String(randomInt(2 ** 31))];
    const { stdout } = await promisify(execFile)(
      'wrk',
      ['--latency', ...options, `http://127.0.0.1:${order.port}/sales`, '--', ...script],
      { signal },
    );
    return parseWrkOutput(stdout);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @throws Error with the whole output when the script's own line is not in it */
export function parseWrkOutput(output: string): LoadResult {
  const line = /^RESULT (\{.*\})$/m.exec(output)?.[1];
  if (!line) throw new Error(`wrk has not said how it went:\n${output}`);
  return JSON.parse(line) as LoadResult;
}
