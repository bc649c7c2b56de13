import { dataPaths } from '../apps/standalone/src/data-directory.js';
import { EnvironmentError } from '#runtime';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readCheckedSettings } from '../apps/standalone/src/environment-check.js';
import { describeProcesses } from '../apps/standalone/src/processes.js';
import { type Schemas } from '../apps/standalone/src/schemas.js';
import { readSettings, systemEnvironment } from '../apps/standalone/src/settings.js';
import { SCHEMAS } from './environment/deployments.js';

const ROOT = join(import.meta.dirname, '..');
const PROJECT = resolve('/project');
const schemas: Schemas = { ...SCHEMAS, database: SCHEMAS.migrate };

describe('npm start, before it starts anything', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'start-settings-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const start = (variables: NodeJS.ProcessEnv) => {
    const { PATH, HOME, TMPDIR } = process.env;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, 'dist/apps/standalone/src/main.js')],
      {
        cwd: ROOT,
        env: { PATH, HOME, TMPDIR, DATA_DIR: join(directory, 'data'), ...variables },
        timeout: 60_000,
      },
    );
    return { status, stdout: String(stdout), stderr: String(stderr) };
  };

  it('ends with one message that has the faults of all processes, and touches nothing', () => {
    const { status, stdout, stderr } = start({
      FACTORY_LATENCY_MS: 'slow',
      FACTORY_LEAD_TIME_SECONDS: 'soon',
      FACTORY_TIMEOUT_MS: '40000',
      MAIL_FROM: 'nobody',
      OPERATIONS_API_KEY: 'short',
    });
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.match(/not usable/g)).toHaveLength(1);
    expect(stderr.match(/^ {2}- \w+/gm)?.sort()).toEqual([
      '  - FACTORY_LATENCY_MS',
      '  - FACTORY_LEAD_TIME_SECONDS',
      '  - FACTORY_TIMEOUT_MS',
      '  - MAIL_FROM',
      '  - OPERATIONS_API_KEY',
    ]);
    expect(stderr).not.toContain('short');
    expect(existsSync(join(directory, 'data'))).toBe(false);
  });

  it('refuses the weak keys that sales and worker would refuse', () => {
    const { status, stderr } = start({
      NODE_ENV: 'production',
      OPERATIONS_API_KEY: 'development-only-operations-key',
      CALLBACK_SIGNING_KEY: 'development-only-callback-signing-key',
    });
    expect(status).toBe(1);
    expect(stderr).toMatch(/- OPERATIONS_API_KEY .*\n {2}- CALLBACK_SIGNING_KEY /);
  });
});

describe('the settings of a local run', () => {
  const faultsOf = (variables: NodeJS.ProcessEnv): readonly string[] => {
    try {
      readCheckedSettings(variables, PROJECT, schemas);
      return [];
    } catch (error) {
      if (error instanceof EnvironmentError) return error.faults;
      throw error;
    }
  };

  it('are usable when nothing is given, in production too', () => {
    expect(faultsOf({})).toEqual([]);
    expect(faultsOf({ NODE_ENV: 'production' })).toEqual([]);
  });

  it('name a variable once that several processes refuse', () => {
    expect(faultsOf({ SALES_PORT: '0', LOG_LEVEL: 'loud' })).toEqual([
      expect.stringMatching(/^SALES_PORT /),
      expect.stringMatching(/^LOG_LEVEL /),
    ]);
  });

  it.each([
    { FACTORY_TIMEOUT_MS: '31000' },
    { QUEUE_VISIBILITY_TIMEOUT_SECONDS: '15' },
    { PROBE_TIME_LIMIT_MS: '30000', QUEUE_VISIBILITY_TIMEOUT_SECONDS: '35' },
    { RETRY_FIRST_DELAY_SECONDS: '20', RETRY_MAX_DELAY_SECONDS: '19' },
  ])('must fit one another, as the consumers of the worker want them: %j', (variables) => {
    expect(faultsOf(variables)).toEqual([expect.stringMatching(/^(FACTORY_|PROBE_|RETRY_)\w+ must /)]);
  });
});

describe('the process', () => {
  /** What a person's shell may hold, beside the variables of every process. */
  const shell = {
    AWS_PROFILE: 'work',
    DATABASE_URL: 'mysql://warehouse:secret@127.0.0.1:3306/donuts',
    GITHUB_TOKEN: 'a secret',
    HOME: '/home/kim',
    NODE_ENV: 'development',
    NODE_EXTRA_CA_CERTS: '/company.pem',
    OPERATIONS_API_KEY: 'o'.repeat(32),
    PATH: '/bin',
    SOME_SECRET: 'a secret',
    https_proxy: 'http://kim:secret@proxy:3128',
    npm_config_cache: '/npm',
  };
  const settings = readSettings(shell, PROJECT);
  const system = systemEnvironment(
    settings,
    { database: 'warehouse.sqlite', factoryState: 'factory.json' },
    { operationsApiKey: 'o'.repeat(32), callbackSigningKey: 'c'.repeat(32), saleTokenKey: 't'.repeat(32) },
  );
  const paths = dataPaths('');
  const environments = Object.fromEntries(
    describeProcesses(ROOT, settings, paths, schemas, system).map(({ name, environment }) => [
      name,
      environment,
    ]),
  );
  const ofNode = ['HOME', 'NODE_ENV', 'NODE_EXTRA_CA_CERTS', 'PATH'];

  it.each(['mail', 'queue'])('of the embedded %s server gets what Node needs, and nothing else', (name) => {
    expect(Object.keys(environments[name]!).sort()).toEqual(ofNode);
  });

  it.each(['database', 'factory', 'sales', 'worker'] as const)(
    'of %s gets what it reads, and nothing of the shell',
    (name) => {
      const known = [...Object.keys(schemas[name].properties), ...ofNode];
      const others = Object.keys(environments[name]!).filter(
        (variable) => !known.includes(variable) && !/^AWS_|^https_proxy$/.test(variable),
      );
      expect(others).toEqual([]);
    },
  );

  it.each([
    ['OPERATIONS_API_KEY', ['sales']],
    ['CALLBACK_SIGNING_KEY', ['sales', 'worker']],
    ['SALE_TOKEN_KEY', ['sales']],
    ['DATABASE_URL', ['database', 'sales', 'worker']],
    ['AWS_ACCESS_KEY_ID', ['sales', 'worker']],
    ['AWS_ENDPOINT_URL_SQS', ['sales', 'worker']],
    ['https_proxy', ['sales', 'worker']],
    ['FACTORY_STATE_FILE', ['factory']],
    ['MAIL_FROM', ['worker']],
    ['SOME_SECRET', []],
  ])('gets %s only as %j', (variable, names) => {
    const having = Object.keys(environments).filter((name) => environments[name]![variable] !== undefined);
    expect(having.sort()).toEqual(names);
  });
});
