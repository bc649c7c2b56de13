/** Writes docs/openapi.json, the API's document as the compiled sales service answers it, and docs/roles.md of it. */
import fs from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { isToRun } from '../command-line.mjs';
import { rolesPage } from './roles.mjs';
import { compile, ROOT, run } from './tools.mjs';

const USAGE = `Writes docs/openapi.json and docs/roles.md from the schemas of the sales service.

  npm run openapi`;

if (isToRun(USAGE)) {
  compile();
  const file = path.join(ROOT, 'docs/openapi.json');
  if (run([path.join(import.meta.dirname, 'document.mjs'), file])) {
    const document = JSON.parse(fs.readFileSync(file, 'utf8'));
    fs.writeFileSync(path.join(ROOT, 'docs/roles.md'), rolesPage(document));
  } else process.exitCode = 1;
}
