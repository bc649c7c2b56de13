/** Writes clients/postman: a collection of the story, and its environments, made of docs/openapi.json. */
import fs from 'node:fs';
import path from 'node:path';
import { isToRun } from '../command-line.mjs';
import { postmanFiles } from './postman-collection.mjs';
import { ROOT } from './tools.mjs';

const USAGE = `Writes clients/postman, made of docs/openapi.json and the story in tools/api-document/postman-story.mjs.

  npm run postman`;

if (isToRun(USAGE)) {
  const document = JSON.parse(fs.readFileSync(path.join(ROOT, 'docs/openapi.json'), 'utf8'));
  const folder = path.join(ROOT, 'clients/postman');
  for (const [name, content] of Object.entries(postmanFiles(document))) {
    fs.writeFileSync(path.join(folder, name), `${JSON.stringify(content, null, 2)}\n`);
  }
}
