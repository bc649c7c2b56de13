/** Writes clients/typescript/src: a typed client, made of docs/openapi.json. */
import path from 'node:path';
import { isToRun } from '../command-line.mjs';
import { generateClient } from './generate-client.mjs';
import { installTools, ROOT } from './tools.mjs';

const USAGE = `Writes clients/typescript/src, made of docs/openapi.json.

  npm run client`;

if (isToRun(USAGE)) {
  await installTools();
  generateClient(path.join(ROOT, 'docs/openapi.json'), path.join(ROOT, 'clients/typescript/src'));
}
