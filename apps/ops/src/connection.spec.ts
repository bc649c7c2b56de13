import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionOf } from './connection.js';
import { readOpsEnvironment } from './environment.js';

describe('where the sales API is, and whose key it gets', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'ops-'));
    writeFileSync(join(directory, 'keys.json'), '{"operationsApiKey":"of-npm-start"}');
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const connect = (variables: Record<string, string>, url?: string) =>
    connectionOf(readOpsEnvironment({ DATA_DIR: directory, ...variables }), url);

  it('is this machine at SALES_PORT, OPERATIONS_URL, or what is given', () => {
    expect(connect({}).url).toBe('http://127.0.0.1:3000');
    expect(connect({ SALES_PORT: '4000' }).url).toBe('http://127.0.0.1:4000');
    const variables = { OPERATIONS_KEY: 'kim', OPERATIONS_URL: 'https://shop.example.com/' };
    expect(connect(variables).url).toBe('https://shop.example.com');
    expect(connect(variables, 'http://localhost:1/api/').url).toBe('http://localhost:1/api');
  });

  it("takes the operator's own key before that of the environment, and before that of npm start", () => {
    const both = { OPERATIONS_KEY: 'kim', OPERATIONS_API_KEY: 'bootstrap' };
    expect(connect(both)).toMatchObject({ key: 'kim', keySource: 'OPERATIONS_KEY' });
    expect(connect({ ...both, OPERATIONS_KEY: '' })).toMatchObject({ key: 'bootstrap' });
    expect(connect({})).toMatchObject({ key: 'of-npm-start', keySource: join(directory, 'keys.json') });
    expect(connect({}, 'http://localhost:3000')).toMatchObject({ key: 'of-npm-start' });
    expect(connect({}, 'http://[::1]:3000')).toMatchObject({ key: 'of-npm-start' });
  });

  it('sends the key of npm start to no other machine', () => {
    for (const url of ['https://shop.example.com', 'http://127.0.0.1.example.com', 'http://10.0.0.1:3000']) {
      expect(() => connect({}, url)).toThrow(expect.objectContaining({ exitStatus: 78 }));
    }
    expect(() => connect({ DATA_DIR: join(directory, 'none') })).toThrow(/^OPERATIONS_KEY is missing/);
  });

  it('refuses what is no URL, and one with a password in it', () => {
    for (const url of ['shop', 'ftp://shop', 'http://', 'http://kim:secret@shop.example.com']) {
      expect(() => connect({ OPERATIONS_KEY: 'kim' }, url)).toThrow(
        expect.objectContaining({ exitStatus: 2 }),
      );
    }
    expect(() => connect({}, 'http://kim:secret@shop')).not.toThrow(/secret/);
  });
});
