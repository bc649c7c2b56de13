import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  hashSources,
  installedMatches,
  isBuilt,
  nodeVersionFault,
  removeStaleOutput,
  withLock,
} from '../../../tools/prepare.mjs';

describe('the Node that prepares a clone', () => {
  it('is refused when it is too old, in words', () => {
    for (const version of ['18.20.4', '20.18.3']) {
      expect(nodeVersionFault(version)).toMatch(
        `This is Node ${version}. Donut-States needs Node 20.19 or newer`,
      );
    }
  });

  it('may be any newer one', () => {
    for (const version of ['20.19.0', '20.20.2', '22.0.0', '24.21.0', '26.1.0']) {
      expect(nodeVersionFault(version)).toBeUndefined();
    }
  });
});

describe('the installed packages', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/fastify': { version: '5.0.0', integrity: 'a' },
      'node_modules/native-darwin-arm64': { version: '1.0.0', integrity: 'b', optional: true },
    },
  };
  const fastify = { version: '5.0.0', integrity: 'a' };

  it('match without the optional ones of other machines', () => {
    expect(installedMatches(lock, { packages: { 'node_modules/fastify': fastify } })).toBe(true);
  });

  it('do not match when one is missing, of another version, other than it was, or left over', () => {
    expect(installedMatches(lock, {})).toBe(false);
    for (const change of [{ version: '5.0.1' }, { integrity: 'c' }]) {
      expect(
        installedMatches(lock, { packages: { 'node_modules/fastify': { ...fastify, ...change } } }),
      ).toBe(false);
    }
    const leftOver = { 'node_modules/fastify': fastify, 'node_modules/express': fastify };
    expect(installedMatches(lock, { packages: leftOver })).toBe(false);
  });
});

describe('the compiled tree', () => {
  let root: string;

  const write = (name: string, text = '') => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  const build = () => {
    for (const name of ['apps/sales/src/main', 'libs/stock/src/index']) {
      write(`dist/${name}.js`);
      write(`dist/${name}.js.map`);
    }
    write('dist/.built', hashSources(root));
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'prepare-'));
    write('package.json', '{}');
    write('apps/sales/src/main.ts', 'export {};');
    write('libs/stock/src/index.ts', 'export {};');
    build();
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is fresh until a source changes in more than its time', () => {
    expect(isBuilt(root)).toBe(true);
    utimesSync(join(root, 'apps/sales/src/main.ts'), 0, 0);
    expect(isBuilt(root)).toBe(true);
    write('apps/sales/src/main.ts', 'export const changed = true;');
    expect(isBuilt(root)).toBe(false);
  });

  it('is not fresh when a source appears, goes, or moves, or when the settings change', () => {
    write('libs/stock/src/level.ts');
    expect(isBuilt(root)).toBe(false);
    rmSync(join(root, 'libs/stock/src/level.ts'));
    expect(isBuilt(root)).toBe(true);
    rmSync(join(root, 'libs/stock/src/index.ts'));
    expect(isBuilt(root)).toBe(false);
    write('libs/stock/src/index.ts', 'export {};');
    write('tsconfig.json', '{}');
    expect(isBuilt(root)).toBe(false);
  });

  it('is not fresh when a part of it is gone, or when no build has succeeded', () => {
    rmSync(join(root, 'dist/apps/sales/src/main.js'));
    expect(isBuilt(root)).toBe(false);
    build();
    rmSync(join(root, 'dist/.built'));
    expect(isBuilt(root)).toBe(false);
  });

  it('does not depend on tests', () => {
    write('apps/sales/src/main.spec.ts', 'changed');
    expect(isBuilt(root)).toBe(true);
  });

  it('loses what no source stands for any more, and keeps the rest', () => {
    write('dist/apps/sales/src/gone/old.js');
    write('dist/apps/sales/src/gone/old.js.map');
    write('dist/.tsbuildinfo');
    removeStaleOutput(root);
    expect(existsSync(join(root, 'dist/apps/sales/src/gone'))).toBe(false);
    expect(existsSync(join(root, 'dist/.tsbuildinfo'))).toBe(true);
    expect(isBuilt(root)).toBe(true);
  });
});

describe('the preparation of a clone', () => {
  let root: string;

  const write = (name: string, text = '') => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'prepare-'));
    cpSync(join(import.meta.dirname, '../../../tools/prepare.mjs'), join(root, 'tools/prepare.mjs'));
    write('package.json', '{}');
    write('package-lock.json', '{"packages":{}}');
    write('node_modules/.package-lock.json', '{"packages":{}}');
    write('node_modules/@nestjs/cli/bin/nest.js', `console.log('compiled');`);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('leaves stdout to the command that comes after it', () => {
    const prepare = () => spawnSync(process.execPath, [join(root, 'tools/prepare.mjs'), '--build']);
    const first = prepare();
    expect([first.status, String(first.stdout)]).toEqual([0, '']);
    expect(String(first.stderr)).toMatch(/^Compiling \.\.\. \nCompiling \.\.\. done in \d+ s\n$/);
    const second = prepare();
    expect([second.status, String(second.stdout), String(second.stderr)]).toEqual([0, '', '']);
  });
});

describe('two preparations at once', () => {
  let directory: string;
  let file: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'prepare-lock-'));
    file = join(directory, '.prepare.lock');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('work one after the other', async () => {
    const steps: string[] = [];
    const onWait = jest.fn();
    const prepare = (name: string) =>
      withLock(file, onWait, async () => {
        steps.push(`${name} begins`);
        await sleep(300);
        steps.push(`${name} ends`);
      });
    await Promise.all([prepare('start'), prepare('test')]);
    expect(steps).toEqual(['start begins', 'start ends', 'test begins', 'test ends']);
    expect(onWait).toHaveBeenCalledTimes(1);
    expect(existsSync(file)).toBe(false);
  });

  it('are no hindrance when the first was killed', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(file, `${pid} ${pid}`);
    const onWait = jest.fn();
    expect(await withLock(file, onWait, async () => readFileSync(file, 'utf8'))).toBe(String(process.pid));
    expect(onWait).not.toHaveBeenCalled();
  });

  it('wait for npm, which outlives a preparation that was killed', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(file, `${pid} ${process.pid}`);
    const onWait = jest.fn();
    setTimeout(() => rmSync(file), 500);
    await withLock(file, onWait, async () => undefined);
    expect(onWait).toHaveBeenCalledTimes(1);
  });

  it('are possible again after a failure', async () => {
    await expect(
      withLock(file, jest.fn(), async () => {
        throw new Error('does not compile');
      }),
    ).rejects.toThrow('does not compile');
    expect(existsSync(file)).toBe(false);
  });
});
