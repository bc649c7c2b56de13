/** Writes docs/openapi.json: the API's document as the compiled sales service answers it. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { isToRun } from '../command-line.mjs';

const USAGE = `Writes docs/openapi.json from the schemas of the sales service.

  npm run openapi`;

const root = path.join(import.meta.dirname, '../..');

const run = (...parameters) => {
  const { status } = spawnSync(process.execPath, parameters, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
};

if (isToRun(USAGE)) {
  run(path.join(root, 'tools/prepare.mjs'), '--build');
  run(path.join(import.meta.dirname, 'document.mjs'), path.join(root, 'docs/openapi.json'));
}
