import { EnvironmentError } from '#runtime';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readyBanner } from './banner.js';
import { DataDirectory } from './data-directory.js';
import { readSettings, systemEnvironment } from './settings.js';

const keys = {
  operationsApiKey: 'made-api-key',
  callbackSigningKey: 'made-signing-key',
  saleTokenKey: 'made-token-key',
};
const project = resolve('/project');

describe('the environment of a local run', () => {
  let directory: DataDirectory;

  beforeAll(() => {
    directory = new DataDirectory(mkdtempSync(join(tmpdir(), 'settings-')));
  });
  afterAll(() => rmSync(directory.path, { recursive: true }));

  const environmentWith = (variables: NodeJS.ProcessEnv) =>
    systemEnvironment(readSettings(variables, project), directory.paths, keys);

  it('needs nothing from the person', () => {
    expect(readSettings({}, project).dataDirectory).toBe(join(project, '.donut-states'));
    expect(environmentWith({})).toMatchObject({
      AWS_ACCESS_KEY_ID: 'local',
      AWS_ENDPOINT_URL_SES: 'http://127.0.0.1:8005',
      AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:4566',
      AWS_REGION: 'ap-northeast-2',
      CALLBACK_BASE_URL: 'http://127.0.0.1:3000',
      CALLBACK_SIGNING_KEY: 'made-signing-key',
      DATABASE_URL: join(directory.path, 'warehouse.sqlite'),
      FACTORY_API_URL: 'http://127.0.0.1:3002',
      FACTORY_LEAD_TIME_SECONDS: '10',
      OPERATIONS_API_KEY: 'made-api-key',
      SALE_TOKEN_KEY: 'made-token-key',
      QUEUE_URL_PREFIX: 'http://127.0.0.1:4566/000000000000/',
      SALES_PORT: '3000',
    });
  });

  it('prefers given values, except empty ones', () => {
    expect(
      environmentWith({
        DATABASE_URL: 'mysql://root:secret@127.0.0.1:3306/donuts',
        FACTORY_LEAD_TIME_MS: '1500',
        LOG_FORMAT: '',
        OPERATIONS_API_KEY: 'given-api-key',
        QUEUE_PORT: '5566',
        SALES_PORT: '3100',
      }),
    ).toMatchObject({
      CALLBACK_BASE_URL: 'http://127.0.0.1:3100',
      DATABASE_URL: 'mysql://root:secret@127.0.0.1:3306/donuts',
      FACTORY_LEAD_TIME_SECONDS: '2',
      LOG_FORMAT: 'text',
      OPERATIONS_API_KEY: 'given-api-key',
      QUEUE_URL_PREFIX: 'http://127.0.0.1:5566/000000000000/',
    });
  });

  it('keeps the real AWS keys and profile of the person away from the embedded servers', () => {
    const environment = environmentWith({
      AWS_ACCESS_KEY_ID: 'AKIAREAL',
      AWS_SECRET_ACCESS_KEY: 'real',
      AWS_SESSION_TOKEN: 'real',
      AWS_PROFILE: 'work',
    });
    expect(environment.AWS_ACCESS_KEY_ID).toBe('local');
    expect(environment.AWS_SECRET_ACCESS_KEY).toBe('local');
    expect(environment.AWS_SESSION_TOKEN).toBeUndefined();
    expect(environment.AWS_PROFILE).toBeUndefined();
  });

  it('starts no queue of its own beside the one that the person gave', () => {
    const variables = { AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:9324', AWS_ACCESS_KEY_ID: 'given' };
    const settings = readSettings(variables, project);
    expect(settings.embedded).toEqual({ database: true, queue: false, mail: true });
    expect(settings.ports.map(({ variable }) => variable)).not.toContain('QUEUE_PORT');
    expect(environmentWith(variables)).toMatchObject({
      AWS_ACCESS_KEY_ID: 'given',
      QUEUE_URL_PREFIX: 'http://127.0.0.1:9324/000000000000/',
    });
  });

  it('reaches servers that listen on every address by the address of this machine', () => {
    const { urls, ports } = readSettings({ HOST: '0.0.0.0' }, project);
    expect(urls.sales).toBe('http://127.0.0.1:3000');
    expect(ports.find(({ variable }) => variable === 'SALES_PORT')?.host).toBe('0.0.0.0');
    // The queue requires no password: no other machine may reach it, with any HOST.
    expect(ports.find(({ variable }) => variable === 'QUEUE_PORT')?.host).toBe('127.0.0.1');
  });

  it('lists every unusable variable at once', () => {
    const read = () => readSettings({ SALES_PORT: '0', MAIL_PORT: 'mail' }, project);
    expect(read).toThrow(EnvironmentError);
    expect(read).toThrow(/SALES_PORT[^]*MAIL_PORT/);
  });
});

describe('readyBanner', () => {
  it('shows the key that was made, and no other secret', () => {
    const banner = readyBanner(readSettings({}, project), keys);
    expect(banner).toContain('made-api-key');
    expect(banner).toContain('http://127.0.0.1:3000/docs');
    expect(banner).toContain('CP-502101');
    expect(banner).not.toMatch(/made-signing-key|made-token-key/);
  });

  it('shows neither a key nor a database password that was given', () => {
    const given = {
      OPERATIONS_API_KEY: 'given-api-key',
      CALLBACK_SIGNING_KEY: 'given-signing-key',
      DATABASE_URL: 'mysql://root:secret@127.0.0.1:3306/donuts',
    };
    expect(readyBanner(readSettings(given, project), keys)).not.toMatch(/given-|secret/);
  });
});
