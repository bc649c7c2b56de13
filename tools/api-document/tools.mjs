/** What the commands of this folder share: the packages, which are installed when one is first asked for. */
import { spawnSync } from 'node:child_process';
import console from 'node:console';
import path from 'node:path';
import process from 'node:process';
import { withLock } from '../file-lock.mjs';
import { installPackages, isInstalled } from '../install.mjs';

const here = import.meta.dirname;
export const ROOT = path.join(here, '../..');

/** The files of a package of this folder. */
export const packageFile = (name) => path.join(here, 'node_modules', name);

export async function installTools() {
  await withLock(
    path.join(ROOT, 'dist/.prepare-api-document.lock'),
    () => console.error("Another command installs the API document's tools: waiting for it ..."),
    async () => {
      if (!isInstalled(here)) await installPackages(here, ['--ignore-scripts']);
    },
  );
}

/** Compiles the system: the document is that of the compiled service. */
export function compile() {
  if (!run([path.join(ROOT, 'tools/prepare.mjs'), '--build'])) throw new Error('The system is not compiled.');
}

/** @returns whether a script of Node ended well */
export function run(parameters, { quiet = false, env = {} } = {}) {
  const { status } = spawnSync(process.execPath, parameters, {
    stdio: quiet ? ['ignore', 'ignore', 'inherit'] : 'inherit',
    env: { ...process.env, ...env },
  });
  return status === 0;
}
