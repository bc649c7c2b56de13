/** Runs the Postman collection by newman, against a system of its own or one that is named. */
import { fork } from 'node:child_process';
import console from 'node:console';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { compile, installTools, packageFile, ROOT, run } from './tools.mjs';

const USAGE = `Runs the collection of clients/postman by newman.

  npm run test:postman [-- --base-url URL --operations-key KEY]

  --base-url URL         a system that runs; without it one is started, on free ports, and stopped again
  --operations-key KEY   of that system`;

const OPTIONS = {
  'base-url': { type: 'string' },
  'operations-key': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
};

const START_LIMIT_MS = 120_000;
const COLLECTION = path.join(ROOT, 'clients/postman/donut-states.postman_collection.json');

function options() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    if (!values.help) return values;
    console.log(USAGE);
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  }
  return undefined;
}

function newman(environment, more = []) {
  const script = packageFile('newman/bin/newman.js');
  return run([
    script,
    'run',
    COLLECTION,
    ...environment,
    ...more,
    '--timeout-request',
    '20000',
    '--reporters',
    'cli',
  ]);
}

/** `npm start` in a folder of its own, as a newcomer has it. */
async function withSystem(work) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'donut-states-postman-'));
  const names = ['SALES_PORT', 'WORKER_PORT', 'FACTORY_PORT', 'QUEUE_PORT', 'MAIL_PORT'];
  const ports = await Promise.all(names.map(freePort));
  const variables = Object.fromEntries(names.map((name, index) => [name, String(ports[index])]));
  const child = fork(path.join(ROOT, 'dist/apps/standalone/src/main.js'), [], {
    env: { ...process.env, ...variables, DATA_DIR: folder, FACTORY_LEAD_TIME_MS: '2000' },
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
    return work(path.join(folder, 'postman_environment.json'));
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

const given = options();
if (given) {
  await installTools();
  const { 'base-url': baseUrl, 'operations-key': key = '' } = given;
  let isGreen;
  if (baseUrl) {
    isGreen = newman(['--env-var', `baseUrl=${baseUrl}`, '--env-var', `operationsKey=${key}`]);
  } else {
    compile();
    isGreen = await withSystem((environment) => newman(['--environment', environment]));
  }
  if (!isGreen) process.exitCode = 1;
}
