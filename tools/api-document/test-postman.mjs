/** Runs the Postman collection by newman, against a system of its own or one that is named. */
import console from 'node:console';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { withSystem } from '../local-system.mjs';
import { installTools, packageFile, ROOT, run } from './tools.mjs';

const USAGE = `Runs the collection of clients/postman by newman.

  npm run test:postman [-- --base-url URL --operations-key KEY]

  --base-url URL         a system that runs; without it one is started, on free ports, and stopped again
  --operations-key KEY   of that system`;

const OPTIONS = {
  'base-url': { type: 'string' },
  'operations-key': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
};

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

const given = options();
if (given) {
  await installTools();
  const { 'base-url': baseUrl, 'operations-key': key = '' } = given;
  let isGreen;
  if (baseUrl) {
    isGreen = newman(['--env-var', `baseUrl=${baseUrl}`, '--env-var', `operationsKey=${key}`]);
  } else {
    isGreen = await withSystem({}, ({ folder }) =>
      newman(['--environment', path.join(folder, 'postman_environment.json')]),
    );
  }
  if (!isGreen) process.exitCode = 1;
}
