/** Installs the Serverless Framework of the course when it is first asked for. Run on the project's own Node. */
import path from 'node:path';
import { withLock } from './file-lock.mjs';
import { installPackages, isInstalled } from './install.mjs';
import { PrepareError, StoppedError } from './run-command.mjs';

const FOLDER = 'apps/lambda/serverless';
const LOCK_FILE = 'dist/.prepare-serverless.lock';

const root = path.join(import.meta.dirname, '..');
const folder = path.join(root, FOLDER);
try {
  if (!isInstalled(folder)) {
    const reportWait = () => console.error(`Another command installs ${FOLDER}: waiting for it ...`);
    await withLock(path.join(root, LOCK_FILE), reportWait, async () => {
      if (!isInstalled(folder)) await installPackages(folder, ['--ignore-scripts']);
    });
  }
} catch (error) {
  if (error instanceof PrepareError) console.error(`\n${error.message}\n`);
  else if (!(error instanceof StoppedError)) throw error;
  process.exit(error.status ?? 1);
}
