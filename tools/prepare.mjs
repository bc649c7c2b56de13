/**
 * Prepares a clone, and does nothing when it is ready: every npm script runs it first. It installs the packages when
 * node_modules differs from package-lock.json. With --build it also compiles when the sources have changed since.
 *
 * It runs on the Node of the machine, before anything is installed: plain JavaScript, without packages.
 */
import fs from 'node:fs';
import path from 'node:path';
import { build, isBuilt } from './build.mjs';
import { withLock } from './file-lock.mjs';
import { install, isInstalled, nodeOf, nodeVersionFault, requireNode } from './install.mjs';
import { PrepareError, StoppedError } from './run-command.mjs';

const LOCK_FILE = 'dist/.prepare.lock';

async function main(parameters) {
  const fault = nodeVersionFault(process.versions.node);
  if (fault) throw new PrepareError(fault);
  const builds = parameters.includes('--build');
  const root = path.join(import.meta.dirname, '..');
  if (isInstalled(root) && nodeOf(root) && (!builds || isBuilt(root))) return;

  const lock = path.join(root, LOCK_FILE);
  const reportWait = () =>
    console.error(
      `Another npm command prepares this folder: waiting for it ... (If there is none, remove ${LOCK_FILE}.)`,
    );
  // The lock is held until the command has ended too, if this process is killed before it.
  const shareLock = (pid) => fs.writeFileSync(lock, `${process.pid} ${pid}`);
  await withLock(lock, reportWait, async () => {
    if (!isInstalled(root)) await install(root, shareLock);
    requireNode(root);
    if (builds && !isBuilt(root)) await build(root, shareLock);
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof PrepareError) console.error(`\n${error.message}\n`);
  else if (!(error instanceof StoppedError)) throw error;
  process.exit(error.status ?? 1);
}
