import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Their options are those of another program, which has a help and refuses what it does not know. */
const FOREIGN: Record<string, string> = {
  test: 'Jest',
  'test:watch': 'Jest',
  build: 'the Nest CLI',
  check: 'the five below, one after the other',
  'check:types': 'TypeScript',
  'check:lint': 'ESLint',
  'check:format': 'Prettier',
  'check:imports': 'dependency-cruiser',
  'check:api': 'Redocly and Spectral',
  format: 'Prettier',
};

/** Node says so itself where there is no .env. */
const NO_VARIABLES_FILE = '.env not found. Continuing without it.\n';

/** Needs no package: it runs in an image that has none. */
const NEEDS_NOTHING = ['k6'];

const names = Object.keys(scripts).filter((name) => !(name.startsWith('pre') && name.slice(3) in scripts));
const own = names.filter((name) => !(name in FOREIGN));

describe('every npm script', () => {
  it.each(names.filter((name) => !NEEDS_NOTHING.includes(name)))(
    'installs and compiles first what it needs: %s',
    (name) => {
      const needsBuild = scripts[name]!.includes(' dist/');
      expect(scripts[`pre${name}`]).toBe(`node tools/prepare.mjs${needsBuild ? ' --build' : ''}`);
    },
  );

  it('is one of ours, or of a program that is named here', () => {
    expect(Object.keys(FOREIGN).filter((name) => !(name in scripts))).toEqual([]);
    expect(own.filter((name) => !scripts[name]!.startsWith('node '))).toEqual([]);
  });
});

describe.each(own)('npm run %s', (name) => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'scripts-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** Without anything that could be reached, and with nothing that it may make. */
  const run = (...options: string[]) => {
    const { PATH, HOME, TMPDIR } = process.env;
    const [, ...words] = scripts[name]!.split(' ');
    const { status, stdout, stderr } = spawnSync(process.execPath, [...words, ...options], {
      cwd: ROOT,
      env: {
        ...{ PATH, HOME, TMPDIR },
        BASE_URL: 'http://127.0.0.1:9',
        DATA_DIR: join(directory, 'data'),
        DATABASE_URL: join(directory, 'warehouse.sqlite'),
      },
      timeout: 60_000,
    });
    return { status, stdout: String(stdout), stderr: String(stderr).replace(NO_VARIABLES_FILE, '') };
  };
  const command = new RegExp(`npm (run )?${name}\\b`);

  it('prints its usage, and does nothing else', () => {
    for (const option of ['--help', '-h']) {
      const { status, stdout, stderr } = run(option);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toMatch(command);
    }
    expect(readdirSync(directory)).toEqual([]);
  });

  it('refuses an option that it does not know, with its usage and status 2', () => {
    const { status, stdout, stderr } = run('--no-such-option');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('--no-such-option');
    expect(stderr).toMatch(command);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('npm run migrate, npm run reconcile and npm run repair', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'scripts-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  /** In a project's folder of its own, as it is after a clone. */
  const run = (
    name: 'migrate' | 'reconcile' | 'repair',
    variables: Record<string, string> = {},
    ...words: string[]
  ) => {
    const main = join(ROOT, `dist/libs/inventory/src/${name}.main.js`);
    const { PATH, HOME, TMPDIR } = process.env;
    const options = { cwd: directory, env: { PATH, HOME, TMPDIR, ...variables }, timeout: 60_000 };
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], options);
    return { status, output: `${String(stdout)}${String(stderr)}` };
  };

  it('mean the warehouse of npm start when nothing is said', () => {
    const before = run('reconcile');
    expect(before.status).toBe(1);
    expect(before.output).toMatch(/^There is no warehouse at \.donut-states\/warehouse\.sqlite\. .*\n$/);
    expect(readdirSync(directory)).toEqual([]);

    expect(run('migrate').output).toMatch(/^Applied /);
    expect(run('migrate')).toEqual({ status: 0, output: 'Schema is up to date\n' });
    expect(run('reconcile')).toEqual({ status: 0, output: 'The books agree.\n' });
    expect(readdirSync(directory)).toEqual(['.donut-states']);
  });

  it('find, explain and mend what was damaged', () => {
    const file = join(directory, 'damaged.sqlite');
    const variables = { DATABASE_URL: file };
    expect(run('migrate', variables, '--seed').status).toBe(0);
    const warehouse = new Sqlite(file);
    warehouse.exec("UPDATE stock_level SET on_hand = 49 WHERE sku = 'CP-502101'");

    for (const words of [[], ['--full'], ['--incremental']]) {
      const { status, output } = run('reconcile', variables, ...words);
      expect(status).toBe(1);
      expect(output).toContain('stock on hand is the sum of its movements');
    }
    const both = run('reconcile', variables, '--full', '--incremental');
    expect(both.status).toBe(2);
    const planned = run('repair', variables, '--dry-run');
    expect(planned.status).toBe(1);
    expect(planned.output).toMatch(
      /CP-502101 is 49 where 50 is expected\n {2}cause: .*left 50 on hand: the stock was changed without a movement\.\n/,
    );
    expect(planned.output).toMatch(/would make:\n\nCP-502101\n {2}ADJUSTMENT -1, ledger only: repair: /);
    expect(run('reconcile', variables).status).toBe(1);

    const repaired = run('repair', variables);
    expect(repaired.status).toBe(0);
    expect(repaired.output).toMatch(/^Repaired:\n\nCP-502101\n[^]*books agree\.\n$/);
    expect(run('reconcile', variables).status).toBe(0);
    expect(run('reconcile', variables, '--incremental').output).toMatch(
      /last counted everything: never\.\n$/,
    );
    expect(run('repair', variables).output).toBe('The books agree.\n');
    const audited = warehouse.prepare('SELECT actor, action, subject_id FROM audit_entry').all();
    expect(audited).toEqual([
      { actor: expect.stringMatching(/^os:/), action: 'books.repaired', subject_id: 'CP-502101' },
    ]);
    warehouse.exec("DELETE FROM audit_entry; UPDATE stock_level SET on_order = 9 WHERE sku = 'CP-502101'");
    warehouse.exec("INSERT INTO sale_line VALUES ('lost', 'CP-502102', 1, 2500)");
    const left = run('repair', variables);
    expect(left.status).toBe(1);
    expect(left.output).toContain('Left for a person:\n\nevery line belongs to a sale: lost');
    warehouse.close();
  });

  it('end with status 78 on a setting that is not usable', () => {
    for (const name of ['migrate', 'reconcile', 'repair'] as const) {
      const { status, output } = run(name, {
        DATABASE_URL: 'mysql://warehouse@127.0.0.1:9/donuts',
        DATABASE_TLS_CA: '/no/such/file.pem',
      });
      expect({ status, output }).toEqual({
        status: 78,
        output:
          'The environment is not usable:\n  - DATABASE_TLS_CA names a file that cannot be read: ENOENT\n',
      });
    }
  });

  it('say in one line that the database is not there', () => {
    for (const name of ['migrate', 'reconcile', 'repair'] as const) {
      const { status, output } = run(name, { DATABASE_URL: 'mysql://warehouse:secret@127.0.0.1:9/donuts' });
      expect({ status, output }).toEqual({
        status: 1,
        output: 'The database cannot be reached: connect ECONNREFUSED 127.0.0.1:9\n',
      });
    }
  });

  it('refuse a URL of another database, and do not print it', () => {
    for (const name of ['migrate', 'reconcile', 'repair'] as const) {
      const { status, output } = run(name, { DATABASE_URL: 'postgres://warehouse:secret@127.0.0.1/donuts' });
      expect(status).toBe(78);
      expect(output).toContain('DATABASE_URL is neither mysql://... nor a file');
      expect(output).not.toContain('secret');
    }
  });
});
