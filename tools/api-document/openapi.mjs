/** Writes docs/openapi.json: the API's document as the compiled sales service answers it. */
import path from 'node:path';
import process from 'node:process';
import { isToRun } from '../command-line.mjs';
import { compile, ROOT, run } from './tools.mjs';

const USAGE = `Writes docs/openapi.json from the schemas of the sales service.

  npm run openapi`;

if (isToRun(USAGE)) {
  compile();
  const isWritten = run([
    path.join(import.meta.dirname, 'document.mjs'),
    path.join(ROOT, 'docs/openapi.json'),
  ]);
  if (!isWritten) process.exitCode = 1;
}
