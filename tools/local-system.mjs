/** `npm start` in a folder of its own, on free ports, as a newcomer has it. */
import { fork, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const MAIN = path.join(import.meta.dirname, '../dist/apps/standalone/src/main.js');

const START_LIMIT_MS = 120_000;
const PORTS = ['SALES_PORT', 'WORKER_PORT', 'FACTORY_PORT', 'QUEUE_PORT', 'MAIL_PORT'];

/**
 * Runs the system, which is compiled first, while `work` is done.
 *
 * @param variables of its environment
 * @param work gets where the sales API is, and the folder of the data
 */
export async function withSystem(variables, work) {
  const prepare = path.join(import.meta.dirname, 'prepare.mjs');
  const { status } = spawnSync(process.execPath, [prepare, '--build'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The system is not compiled.');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'donut-states-system-'));
  const ports = Object.fromEntries(
    await Promise.all(PORTS.map(async (name) => [name, String(await freePort())])),
  );
  const child = fork(MAIN, [], {
    env: { ...process.env, ...ports, DATA_DIR: folder, FACTORY_LEAD_TIME_MS: '2000', ...variables },
    silent: true,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  try {
    for (let waitedMs = 0; !output.includes('is ready'); waitedMs += 100) {
      if (child.exitCode !== null || waitedMs > START_LIMIT_MS)
        throw new Error(`There is no system:\n${output}`);
      await sleep(100);
    }
    return await work({ salesUrl: `http://127.0.0.1:${ports.SALES_PORT}`, folder });
  } finally {
    child.kill('SIGTERM');
    await ended;
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
