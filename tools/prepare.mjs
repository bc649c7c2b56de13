/**
 * Makes a fresh clone ready, and does nothing when it is: every npm script runs it first.
 * Installs the packages when node_modules is out of step with package-lock.json, and, with --build, compiles when the
 * sources are newer than dist.
 *
 * Runs on whatever Node the machine has and before anything is installed: so plain JavaScript, without a package.
 */
import { Buffer } from 'node:buffer';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { clearInterval, setInterval, setTimeout } from 'node:timers';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const OLDEST_NODE = [20, 19];
const SOURCE_FOLDERS = ['apps', 'bench', 'libs', 'terraform', 'test/compose', 'test/surge'];
const BUILD_SETTINGS = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
];
/** Written after a success only, and removed before the next attempt. */
const INSTALL_STAMP = 'node_modules/.prepared';
const BUILD_STAMP = 'dist/.built';
const LOCK_FILE = 'dist/.prepare.lock';
/** How long npm or the compiler may take to stop after Ctrl-C, in ms. */
const STOP_TIMEOUT_MS = 2_000;
const LOCK_WRITE_TIMEOUT_MS = 5_000;
const WINDOWS = process.platform === 'win32';

/** What a person has to mend. Printed without a stack. */
export class PrepareError extends Error {}

/** @returns what to tell whoever runs too old a Node, `undefined` when it will do */
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
 * Whether what npm says it installed (node_modules/.package-lock.json) is what package-lock.json asks for.
 * Optional packages may be absent: most are for other machines.
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

/** Every TypeScript source that is compiled, relative to `root`, with forward slashes, sorted. */
export function listSources(root) {
  const sources = [];
  const walk = (folder) => {
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules') walk(name);
      } else if (/\.ts$/.test(name) && !/\.(spec|d)\.ts$/.test(name)) sources.push(name);
    }
  };
  for (const folder of SOURCE_FOLDERS) if (fs.existsSync(path.join(root, folder))) walk(folder);
  return sources.sort();
}

/** Changes with the name and content of every source and of what says how to compile them. Not with their times: git sets those anew. */
export function hashSources(root, sources = listSources(root)) {
  const hash = createHash('sha256');
  for (const name of [...BUILD_SETTINGS, ...sources]) {
    const file = path.join(root, name);
    hash.update(`${name}\0`);
    if (fs.existsSync(file)) hash.update(fs.readFileSync(file));
    hash.update('\0');
  }
  return hash.digest('hex');
}

/** Whether dist was compiled from the sources as they are now, and is complete. */
export function isBuilt(root) {
  const sources = listSources(root);
  return (
    readText(root, BUILD_STAMP) === hashSources(root, sources) &&
    sources.every((source) => fs.existsSync(path.join(root, compiledName(source))))
  );
}

/** Removes from dist what no source stands for any more: Node would still load it. */
export function removeStaleOutput(root) {
  const current = new Set(
    listSources(root).flatMap((source) => [compiledName(source), `${compiledName(source)}.map`]),
  );
  const walk = (folder) => {
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        walk(name);
        if (fs.readdirSync(path.join(root, name)).length === 0) fs.rmdirSync(path.join(root, name));
      } else if (/\.js(\.map)?$/.test(name) && !current.has(name)) fs.rmSync(path.join(root, name));
    }
  };
  walk('dist');
}

/**
 * Runs `work` while no other process prepares this clone: two would tear down what the other has just put up.
 * A lock whose processes are all gone is taken over.
 *
 * @param onWait called once if another process holds the lock
 */
export async function withLock(file, onWait, work) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  let said = false;
  while (!tryLock(file)) {
    const holder = readHolder(file);
    if (holder !== undefined && !holder.some(isAlive)) takeAway(file, holder);
    else {
      if (!said) onWait();
      said = true;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

function tryLock(file) {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** The process ids in a lock, `undefined` while it is being written or when it has just gone. */
function readHolder(file) {
  try {
    const pids = fs.readFileSync(file, 'utf8').split(' ').map(Number);
    if (pids.every((pid) => pid > 0)) return pids;
    // Nobody takes that long to write it: its process was killed in between.
    return Date.now() - fs.statSync(file).mtimeMs > LOCK_WRITE_TIMEOUT_MS ? [] : undefined;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
}

/** Removes a lock, unless another process has taken it over meanwhile: then it gets it back. */
function takeAway(file, holder) {
  const aside = `${file}.${process.pid}`;
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return;
  }
  if (String(readHolder(aside)) === String(holder)) fs.rmSync(aside);
  else fs.renameSync(aside, file);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function compiledName(source) {
  return `dist/${source.replace(/\.ts$/, '.js')}`;
}

function readText(root, name) {
  try {
    return fs.readFileSync(path.join(root, name), 'utf8');
  } catch {
    return undefined;
  }
}

/** One clone of the project and what it needs. */
class Clone {
  constructor(root) {
    this.root = root;
    this.ownNode = this.file(WINDOWS ? 'node_modules/node/bin/node.exe' : 'node_modules/node/bin/node');
  }

  file(name) {
    return path.join(this.root, name);
  }

  get installKey() {
    const lock = fs.readFileSync(this.file('package-lock.json'));
    // With the machine: a node_modules folder copied from another one holds the wrong native parts.
    return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}`;
  }

  isInstalled() {
    const stamp = readText(this.root, INSTALL_STAMP);
    if (stamp !== undefined && stamp === this.installKey) return true;
    if (stamp !== undefined && !stamp.endsWith(` ${process.platform}-${process.arch}`)) return false;
    // Somebody ran npm install or npm ci: as good as ours.
    const installed = readText(this.root, 'node_modules/.package-lock.json');
    if (installed === undefined) return false;
    if (!installedMatches(JSON.parse(readText(this.root, 'package-lock.json')), JSON.parse(installed)))
      return false;
    fs.writeFileSync(this.file(INSTALL_STAMP), this.installKey);
    return true;
  }

  /** The Node that compiles and runs the project. */
  get node() {
    if (fs.existsSync(this.ownNode)) return this.ownNode;
    return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined;
  }

  async install() {
    if (WINDOWS && process.execPath.startsWith(this.file('node_modules'))) {
      throw new PrepareError(
        'package-lock.json has changed. Run `npm ci`, then this command again: Windows cannot replace the Node that runs this.',
      );
    }
    const lock = JSON.parse(readText(this.root, 'package-lock.json'));
    const count = Object.values(lock.packages ?? {}).filter(({ optional }) => !optional).length;
    fs.rmSync(this.file(INSTALL_STAMP), { force: true });
    const result = await this.run(
      `Installing about ${Math.round(count / 100) * 100} packages (once, takes a minute or two)`,
      npm(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']),
    );
    if (result.status !== 0) {
      throw new PrepareError(
        `${result.output.trim()}\n\nnpm could not install the packages: its own message stands above. ` +
          'Most often the network, a proxy or a full disk is the cause. Mend that and run the command again.',
      );
    }
    this.requireNode();
    fs.writeFileSync(this.file(INSTALL_STAMP), this.installKey);
  }

  requireNode() {
    if (!this.node) {
      throw new PrepareError(
        'The npm package `node`, which brings Node 24, has not brought it: install scripts are switched off.\n' +
          'Allow that one script, then run the command again:\n\n  npm rebuild node --ignore-scripts=false\n',
      );
    }
    const { status, error } = spawnSync(this.node, ['--version']);
    if (status === 0) return;
    throw new PrepareError(
      `The Node 24 of the npm package \`node\` does not run on this machine (${error?.code ?? `exit status ${status}`}).\n` +
        'Install Node 24 from https://nodejs.org or by your system, then:\n\n  npm ci --ignore-scripts\n',
    );
  }

  async build() {
    this.requireNode();
    const hash = hashSources(this.root);
    // Without the compiler's own notes: they may speak of files that are no longer in dist.
    for (const name of [BUILD_STAMP, 'dist/.tsbuildinfo']) fs.rmSync(this.file(name), { force: true });
    const result = await this.run('Compiling', {
      command: this.node,
      parameters: [this.file('node_modules/@nestjs/cli/bin/nest.js'), 'build'],
    });
    if (result.status !== 0) {
      throw new PrepareError(`${result.output.trim()}\n\nThe sources do not compile: see above.`);
    }
    removeStaleOutput(this.root);
    fs.writeFileSync(this.file(BUILD_STAMP), hash);
  }

  /** Runs a command, shows how long it takes, and ends with this process when that is told to stop. */
  async run(title, { command, parameters, shell = false }) {
    const child = spawn(command, parameters, {
      cwd: this.root,
      shell,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that all of npm's own children can be stopped with it.
      detached: !WINDOWS,
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    if (child.pid) fs.writeFileSync(this.file(LOCK_FILE), `${process.pid} ${child.pid}`);

    let stoppedBy;
    const stop = (signal) => {
      stoppedBy ??= signal;
      killGroup(child, 'SIGTERM');
      setTimeout(() => killGroup(child, 'SIGKILL'), STOP_TIMEOUT_MS).unref();
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, stop);
    const progress = showProgress(title);
    const { status, error } = await new Promise((resolve) => {
      child.once('error', (cause) => resolve({ status: 1, error: cause }));
      child.once('close', (code) => resolve({ status: code ?? 1 }));
    });
    progress.end(stoppedBy ? 'stopped' : status === 0 ? undefined : 'failed');
    for (const signal of signals) process.removeListener(signal, stop);
    if (stoppedBy) throw new StoppedError(stoppedBy);

    const text = `${Buffer.concat(chunks).toString()}${error?.message ?? ''}`;
    return { status, output: process.stderr.isTTY ? text : stripVTControlCharacters(text) };
  }
}

class StoppedError extends Error {
  constructor(signal) {
    super(`stopped by ${signal}`);
    this.status = signal === 'SIGINT' ? 130 : 143;
  }
}

/** npm as it was called, with the Node that it was called with: PATH may name another of both. */
function npm(parameters) {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  if (script && /npm-cli\.[cm]?js$/.test(script)) {
    return { command: node || process.execPath, parameters: [script, ...parameters] };
  }
  return { command: 'npm', parameters, shell: WINDOWS };
}

function killGroup(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null || !child.pid) return;
  try {
    if (WINDOWS) spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f']);
    else process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** One line that counts seconds on a terminal, a line every ten seconds elsewhere. */
function showProgress(title) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  // Not stdout, which belongs to the command that is prepared.
  const { stderr } = process;
  const line = (ending) => `${stderr.isTTY ? '\r' : ''}${title} ... ${ending}`;
  stderr.write(line(stderr.isTTY ? '' : '\n'));
  const timer = setInterval(
    () => stderr.write(line(stderr.isTTY ? `${seconds()} s` : `${seconds()} s\n`)),
    stderr.isTTY ? 1_000 : 10_000,
  );
  return {
    end(ending = `done in ${seconds()} s`) {
      clearInterval(timer);
      stderr.write(line(`${ending}\n`));
    },
  };
}

async function main(parameters) {
  const fault = nodeVersionFault(process.versions.node);
  if (fault) throw new PrepareError(fault);
  const build = parameters.includes('--build');
  const clone = new Clone(path.join(path.dirname(fileURLToPath(import.meta.url)), '..'));
  const isReady = () => clone.isInstalled() && Boolean(clone.node) && (!build || isBuilt(clone.root));
  if (isReady()) return;

  const sayWait = () =>
    console.error(
      `Another npm command prepares this folder: waiting for it ... (If there is none, remove ${LOCK_FILE}.)`,
    );
  await withLock(clone.file(LOCK_FILE), sayWait, async () => {
    if (!clone.isInstalled()) await clone.install();
    clone.requireNode();
    if (build && !isBuilt(clone.root)) await clone.build();
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(fs.realpathSync(process.argv[1])).href) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (error instanceof PrepareError) console.error(`\n${error.message}\n`);
    else if (!(error instanceof StoppedError)) throw error;
    process.exit(error.status ?? 1);
  }
}
