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
  // A pipe would be full while this process waits for another one.
  const logFile = path.join(folder, '../', `${path.basename(folder)}.log`);
  const log = fs.openSync(logFile, 'w');
  const { PATH, HOME, TMPDIR } = process.env;
  const child = fork(MAIN, [], {
    // Nothing else of the person's own: an empty value is none, and hides that of a .env.
    env: {
      ...{ PATH, HOME, TMPDIR, DATABASE_URL: '', AWS_ENDPOINT_URL_SQS: '', AWS_ENDPOINT_URL_SES: '' },
      ...{ OPERATIONS_API_KEY: '', ADMIN_PORT: '', HOST: '', COMPUTE: '' },
      ...{ ...ports, DATA_DIR: folder, FACTORY_LEAD_TIME_MS: '2000', ...variables },
    },
    stdio: ['ignore', log, log, 'ipc'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const output = () => fs.readFileSync(logFile, 'utf8');
  try {
    for (let waitedMs = 0; !output().includes('is ready'); waitedMs += 100) {
      if (child.exitCode !== null || waitedMs > START_LIMIT_MS)
        throw new Error(`There is no system:\n${output()}`);
      await sleep(100);
    }
    return await work({ salesUrl: `http://127.0.0.1:${ports.SALES_PORT}`, folder });
  } finally {
    child.kill('SIGTERM');
    await ended;
    fs.closeSync(log);
    fs.rmSync(folder, { recursive: true, force: true });
    fs.rmSync(logFile, { force: true });
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
