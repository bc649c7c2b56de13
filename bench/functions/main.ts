/** Measures the functions of the serverless variant: how they start, and how they sell beside the service. */
import 'reflect-metadata';
import { CommandError, readEnvironment, runCommand } from '#runtime';
import { mkdirSync } from 'node:fs';
import { makeBundles } from '../../apps/lambda/src/local/bundles.js';
import { UploadedFunctions } from '../../apps/lambda/src/local/uploaded-functions.js';
import { startEmbeddedQueue } from '../../libs/messaging/src/testing/embedded-queue.js';
import { BenchEnvironment } from '../environment.js';
import { machineText } from '../report/machine.js';
import { mysqlServer } from '../warehouse/server.js';
import { BenchWarehouse } from '../warehouse/warehouse.js';
import { measureSelling } from './selling.js';
import { measureStarts } from './starts.js';

const USAGE = `npm run bench:functions

Measures the bundled functions on the MySQL server of BENCH_MYSQL_URL: how long each takes to start, and how many sales
they make beside the service. It takes three minutes.`;

const DIRECTORY = '.donut-states/bench';

async function bench(): Promise<void> {
  const { BENCH_MYSQL_URL: url } = readEnvironment(BenchEnvironment);
  if (!url) throw new CommandError('BENCH_MYSQL_URL names no MySQL: a function has no other database.');
  mkdirSync(DIRECTORY, { recursive: true });
  const warehouse = await BenchWarehouse.create(mysqlServer(url), `bench_functions_${process.pid}`);
  const queue = await startEmbeddedQueue();
  await makeBundles();
  const uploaded = new UploadedFunctions();
  try {
    Object.assign(process.env, queue.environment);
    console.log(machineText());
    await measureStarts(uploaded, warehouse.url, queue.urlPrefix);
    await measureSelling(uploaded, warehouse, DIRECTORY);
  } finally {
    uploaded.remove();
    await queue.stop();
    await warehouse.drop();
  }
}

await runCommand({ usage: USAGE, options: {}, run: bench });
