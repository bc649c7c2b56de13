import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

describe('the preparation of a clone', () => {
  let root: string;

  const write = (name: string, text = '') => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'prepare-'));
    cpSync(import.meta.dirname, join(root, 'tools'), { recursive: true });
    write('package.json', '{}');
    write('package-lock.json', '{"packages":{}}');
    write('node_modules/.package-lock.json', '{"packages":{}}');
    write('node_modules/@nestjs/cli/bin/nest.js', `console.log('compiled');`);
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('leaves stdout to the command that runs next', () => {
    const prepare = () => spawnSync(process.execPath, [join(root, 'tools/prepare.mjs'), '--build']);
    const first = prepare();
    expect([first.status, String(first.stdout)]).toEqual([0, '']);
    expect(String(first.stderr)).toMatch(/^Compiling \.\.\. \nCompiling \.\.\. done in \d+ s\n$/);
    const second = prepare();
    expect([second.status, String(second.stdout), String(second.stderr)]).toEqual([0, '', '']);
  });
});
