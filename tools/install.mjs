/** The packages of a clone, and the Node that comes with them. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { PrepareError, runCommand } from './run-command.mjs';

const OLDEST_NODE = [20, 19];
const WINDOWS = process.platform === 'win32';

/** Written only after a success, and removed before the next attempt. */
const STAMP = 'node_modules/.prepared';

/** @returns the error message for a Node that is too old; `undefined` for any other */
export function nodeVersionFault(version) {
  const [major, minor] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return (
    `This is Node ${version}. Donut-States needs Node ${OLDEST_NODE.join('.')} or newer to install itself ` +
    '(it then brings its own Node 24).\nInstall a newer one from https://nodejs.org, and run the command again.'
  );
}

/**
 * Whether npm's record of the installed packages (node_modules/.package-lock.json) agrees with package-lock.json.
 * Optional packages may be missing: most are for other machines.
 */
export function installedMatches(lock, installed) {
  const wanted = lock.packages ?? {};
  const present = installed.packages ?? {};
  const names = Object.keys(wanted).filter((name) => name !== '');
  return (
    names.every((name) => {
      const found = present[name];
      if (!found) return wanted[name].optional === true;
      return found.version === wanted[name].version && found.integrity === wanted[name].integrity;
    }) && Object.keys(present).every((name) => name in wanted)
  );
}

/** Whether the packages of package-lock.json are installed, for this machine. */
export function isInstalled(root) {
  const stamp = readText(root, STAMP);
  if (stamp !== undefined && stamp === installKey(root)) return true;
  if (stamp !== undefined && !stamp.endsWith(` ${process.platform}-${process.arch}`)) return false;
  // A person ran npm install or npm ci.
  const installed = readText(root, 'node_modules/.package-lock.json');
  if (installed === undefined) return false;
  if (!installedMatches(JSON.parse(readText(root, 'package-lock.json')), JSON.parse(installed))) return false;
  fs.writeFileSync(path.join(root, STAMP), installKey(root));
  return true;
}

/**
 * Installs the packages of the project.
 *
 * @param onStart called with the process id of npm
 * @throws PrepareError
 */
export async function install(root, onStart) {
  if (WINDOWS && process.execPath.startsWith(path.join(root, 'node_modules'))) {
    throw new PrepareError(
      'package-lock.json has changed. Run `npm ci`, then this command again: Windows cannot replace the Node that runs this.',
    );
  }
  await installPackages(root, ['--include=dev'], onStart);
  requireNode(root);
}

/**
 * Installs the packages of any folder with a package-lock.json.
 *
 * @throws PrepareError
 */
export async function installPackages(root, options, onStart) {
  const lock = JSON.parse(readText(root, 'package-lock.json'));
  const count = Object.values(lock.packages ?? {}).filter(({ optional }) => !optional).length;
  fs.rmSync(path.join(root, STAMP), { force: true });
  const result = await runCommand(
    `Installing about ${Math.round(count / 100) * 100} packages (once, takes a minute or two)`,
    { ...npm(['ci', ...options, '--no-audit', '--no-fund', '--loglevel=error']), cwd: root },
    onStart,
  );
  if (result.status !== 0) {
    throw new PrepareError(
      `${result.output.trim()}\n\nnpm could not install the packages: its own message stands above. ` +
        'Most often the network, a proxy or a full disk is the cause. Mend that and run the command again.',
    );
  }
  fs.writeFileSync(path.join(root, STAMP), installKey(root));
}

/** @returns the Node that compiles and runs the project; `undefined` if there is none that is new enough */
export function nodeOf(root) {
  const own = path.join(root, WINDOWS ? 'node_modules/node/bin/node.exe' : 'node_modules/node/bin/node');
  if (fs.existsSync(own)) return own;
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined;
}

/** @returns as {@link nodeOf} @throws PrepareError when it is missing, or does not run on this machine */
export function requireNode(root) {
  const node = nodeOf(root);
  if (!node) {
    throw new PrepareError(
      'The npm package `node`, which brings Node 24, has not brought it: install scripts are switched off.\n' +
        'Allow that one script, then run the command again:\n\n  npm rebuild node --ignore-scripts=false\n',
    );
  }
  const { status, error } = spawnSync(node, ['--version']);
  if (status === 0) return node;
  throw new PrepareError(
    `The Node 24 of the npm package \`node\` does not run on this machine (${error?.code ?? `exit status ${status}`}).\n` +
      'Install Node 24 from https://nodejs.org or by your system, then:\n\n  npm ci --ignore-scripts\n',
  );
}

function installKey(root) {
  const lock = fs.readFileSync(path.join(root, 'package-lock.json'));
  // With the machine: node_modules from another one has the wrong native parts.
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}`;
}

/** The npm and the Node of this call: the PATH may have others. */
function npm(parameters) {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  if (script && /npm-cli\.[cm]?js$/.test(script)) {
    return { command: node || process.execPath, parameters: [script, ...parameters] };
  }
  return { command: 'npm', parameters, shell: WINDOWS };
}

function readText(root, name) {
  try {
    return fs.readFileSync(path.join(root, name), 'utf8');
  } catch {
    return undefined;
  }
}
