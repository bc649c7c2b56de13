import TestRunner from 'jest-runner';
import { existsSync } from 'node:fs';
import path from 'node:path';

const OWN_NODE = path.join(
  import.meta.dirname,
  process.platform === 'win32' ? '../../node_modules/node/bin/node.exe' : '../../node_modules/node/bin/node',
);

/** Jest runs ES modules only with the first flag. */
const FLAGS = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

/**
 * Runs the specs in child processes that have the project's Node and the flags that it needs, so that `npx jest FILE` and
 * an editor can start Jest without them.
 */
export default class ForkingRunner extends TestRunner {
  async runTests(tests, watcher, options) {
    if (process.execArgv.includes(FLAGS[0])) return super.runTests(tests, watcher, options);
    // Jest forks its workers with these two.
    process.execArgv.push(...FLAGS);
    if (existsSync(OWN_NODE)) process.execPath = OWN_NODE;
    return super.runTests(tests, watcher, { ...options, serial: false });
  }
}
