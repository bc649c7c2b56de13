/** Has both linters look at the API's document: every rule of their recommended sets, and a warning is a fault. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { withLock } from '../file-lock.mjs';
import { installPackages, isInstalled } from '../install.mjs';

const here = import.meta.dirname;
const root = path.join(here, '../..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'donut-states-lint-'));
const file = path.join(folder, 'openapi.json');

const run = (script, ...parameters) => {
  const { status } = spawnSync(process.execPath, [script, ...parameters], {
    stdio: 'inherit',
    // Redocly would tell its makers, and ask for a newer version.
    env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  });
  return status === 0;
};

try {
  // The document is that of the compiled service.
  if (!run(path.join(root, 'tools/prepare.mjs'), '--build')) throw new Error('The system is not compiled.');
  await withLock(
    path.join(root, 'dist/.prepare-api-document.lock'),
    () => console.error('Another command installs the linters: waiting for it ...'),
    async () => {
      if (!isInstalled(here)) await installPackages(here, ['--ignore-scripts']);
    },
  );
  if (!run(path.join(here, 'document.mjs'), file)) throw new Error('There is no document.');
  const packages = path.join(here, 'node_modules');
  const isClean = [
    run(
      path.join(packages, '@redocly/cli/bin/cli.js'),
      'lint',
      file,
      '--config',
      path.join(here, 'redocly.yaml'),
      '--max-problems',
      '50',
      '--format',
      'stylish',
    ),
    run(
      path.join(packages, '@stoplight/spectral-cli/dist/index.js'),
      'lint',
      file,
      '--ruleset',
      path.join(here, 'spectral.yaml'),
      '--fail-severity',
      'hint',
    ),
  ].every(Boolean);
  if (!isClean) process.exitCode = 1;
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
