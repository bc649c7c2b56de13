/** The compiled system in dist. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { requireNode } from './install.mjs';
import { PrepareError, runCommand } from './run-command.mjs';

const SOURCE_FOLDERS = [
  'apps',
  'bench',
  'clients/typescript/src',
  'libs',
  'terraform',
  'test/compose',
  'test/history',
  'test/surge',
];
const BUILD_SETTINGS = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
];

/** Written only after a success, and removed before the next attempt. */
const STAMP = 'dist/.built';

/** Every TypeScript source that is compiled, relative to `root`, with forward slashes, sorted. */
export function listSources(root) {
  const sources = [];
  const walk = (folder) => {
    for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules') walk(name);
      } else if (/\.ts$/.test(name) && !/(\.d|[.-]spec)\.ts$/.test(name)) sources.push(name);
    }
  };
  for (const folder of SOURCE_FOLDERS) if (fs.existsSync(path.join(root, folder))) walk(folder);
  return sources.sort();
}

/** A hash of the names and contents of all sources and build settings. It ignores their times, which git changes. */
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

/** Whether dist is complete, and was compiled from the current sources. */
export function isBuilt(root) {
  const sources = listSources(root);
  return (
    readStamp(root) === hashSources(root, sources) &&
    sources.every((source) => fs.existsSync(path.join(root, compiledName(source))))
  );
}

/** Removes files from dist that have no source any more: Node would still load them. */
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
 * Compiles the sources.
 *
 * @param onStart called with the process id of the compiler
 * @throws PrepareError
 */
export async function build(root, onStart) {
  const node = requireNode(root);
  const hash = hashSources(root);
  // Without the compiler's incremental state, which may name files that are no longer in dist.
  for (const name of [STAMP, 'dist/.tsbuildinfo']) fs.rmSync(path.join(root, name), { force: true });
  const result = await runCommand(
    'Compiling',
    {
      command: node,
      parameters: [path.join(root, 'node_modules/@nestjs/cli/bin/nest.js'), 'build'],
      cwd: root,
    },
    onStart,
  );
  if (result.status !== 0) {
    throw new PrepareError(`${result.output.trim()}\n\nThe sources do not compile: see above.`);
  }
  removeStaleOutput(root);
  fs.writeFileSync(path.join(root, STAMP), hash);
}

function compiledName(source) {
  return `dist/${source.replace(/\.ts$/, '.js')}`;
}

function readStamp(root) {
  try {
    return fs.readFileSync(path.join(root, STAMP), 'utf8');
  } catch {
    return undefined;
  }
}
