import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hashSources, isBuilt, removeStaleOutput } from './build.mjs';

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
    write('apps/sales/src/main.e2e-spec.ts', 'changed');
    expect(isBuilt(root)).toBe(true);
  });

  it('loses files without a source, and keeps the rest', () => {
    write('dist/apps/sales/src/gone/old.js');
    write('dist/apps/sales/src/gone/old.js.map');
    write('dist/.tsbuildinfo');
    removeStaleOutput(root);
    expect(existsSync(join(root, 'dist/apps/sales/src/gone'))).toBe(false);
    expect(existsSync(join(root, 'dist/.tsbuildinfo'))).toBe(true);
    expect(isBuilt(root)).toBe(true);
  });
});
