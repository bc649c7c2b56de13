/**
 * Has both linters look at the API's document, every rule of their recommended sets, where a warning is a fault; and sees
 * whether the committed document and the clients that are made of it are current.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import console from 'node:console';
import process from 'node:process';
import { generateClient } from './generate-client.mjs';
import { postmanFiles } from './postman-collection.mjs';
import { rolesPage } from './roles.mjs';
import { compile, installTools, packageFile, ROOT, run } from './tools.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'donut-states-lint-'));
const file = path.join(folder, 'openapi.json');

/** Redocly would tell its makers, and ask for a newer version. */
const REDOCLY = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };

try {
  compile();
  await installTools();
  if (!run([path.join(import.meta.dirname, 'document.mjs'), file])) throw new Error('There is no document.');
  const isClean = [lintWithRedocly(), lintWithSpectral(), isCurrent()].every(Boolean);
  if (!isClean) process.exitCode = 1;
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}

function lintWithRedocly() {
  const script = packageFile('@redocly/cli/bin/cli.js');
  const config = path.join(import.meta.dirname, 'redocly.yaml');
  const options = ['--config', config, '--max-problems', '50', '--format', 'stylish'];
  return run([script, 'lint', file, ...options], { env: REDOCLY });
}

function lintWithSpectral() {
  const script = packageFile('@stoplight/spectral-cli/dist/index.js');
  const ruleset = path.join(import.meta.dirname, 'spectral.yaml');
  return run([script, 'lint', file, '--ruleset', ruleset, '--fail-severity', 'hint']);
}

function isCurrent() {
  const client = path.join(folder, 'client');
  generateClient(file, client);
  const stale = [
    !(isSame(file, path.join(ROOT, 'docs/openapi.json')) && isRolesPageCurrent()) && 'npm run openapi',
    !isSameFolder(client, path.join(ROOT, 'clients/typescript/src')) && 'npm run client',
    !isPostmanCurrent() && 'npm run postman',
  ].filter(Boolean);
  for (const command of stale)
    console.error(`What \`${command}\` writes has changed: run it, and commit it.`);
  return stale.length === 0;
}

function isRolesPageCurrent() {
  const page = fs.readFileSync(path.join(ROOT, 'docs/roles.md'), 'utf8');
  return page === rolesPage(JSON.parse(fs.readFileSync(file, 'utf8')));
}

function isPostmanCurrent() {
  const document = JSON.parse(fs.readFileSync(file, 'utf8'));
  return Object.entries(postmanFiles(document)).every(
    ([name, content]) =>
      fs.readFileSync(path.join(ROOT, 'clients/postman', name), 'utf8') ===
      `${JSON.stringify(content, null, 2)}\n`,
  );
}

function isSameFolder(one, other) {
  const names = (folder) => fs.readdirSync(folder, { recursive: true }).map(String).sort();
  const files = names(one);
  return (
    files.join() === names(other).join() &&
    files.every(
      (name) =>
        fs.statSync(path.join(one, name)).isDirectory() ||
        isSame(path.join(one, name), path.join(other, name)),
    )
  );
}

function isSame(one, other) {
  return fs.readFileSync(one, 'utf8') === fs.readFileSync(other, 'utf8');
}
