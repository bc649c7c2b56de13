import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  commandFor,
  exitStatus,
  isHistoryWanted,
  parseArguments,
  readTarget,
  variablesOf,
} from './command.mjs';

const SCRIPTS = [
  ...['smoke', 'surge', 'sold-out', 'soak', 'last-unit-race'],
  ...['waitlist', 'drop-opens', 'single-request'],
];

describe('npm run k6', () => {
  it.each(SCRIPTS)('runs %s, by its name or by its file', (name) => {
    const script = parseArguments([name]);
    expect(existsSync(join(import.meta.dirname, '..', script.file))).toBe(true);
    expect(parseArguments([`k6/${script.file}`])).toEqual(script);
  });

  it('lists the scripts when none, or an unknown one, is given', () => {
    expect(() => parseArguments([])).toThrow(/^Which script\?[^]*smoke, surge/);
    expect(() => parseArguments(['constructor'])).toThrow(/^There is no script constructor/);
  });

  it('logs the requests of a script whose rules need them', () => {
    expect(parseArguments(['waitlist'])).toMatchObject({ rules: 'waitlist', isLogged: true });
    expect(parseArguments(['drop-opens'])).toMatchObject({ rules: 'opening' });
    expect(parseArguments(['surge'])).not.toHaveProperty('rules');
  });

  it('hands options on to k6, after those that a script needs', () => {
    expect(parseArguments(['surge', '-e', 'PEAK_RATE=9']).options).toEqual(['-e', 'PEAK_RATE=9']);
    expect(parseArguments(['single-request', '-i', '5']).options).toEqual([
      '-u',
      '1',
      '-i',
      '100',
      '-i',
      '5',
    ]);
  });

  it('reads the variables among the options, as k6 does', () => {
    expect(variablesOf(['-e', 'A=1', '--env', 'B=x=y', '-eC=3', '--env=D=4', '--quiet'])).toEqual({
      A: '1',
      B: 'x=y',
      C: '3',
      D: '4',
    });
  });
});

describe('the installation that is measured', () => {
  const localKey = () => 'the local key';

  it('is the local one unless BASE_URL names another, without a slash at its end', () => {
    expect(readTarget({}, localKey)).toEqual({ baseUrl: 'http://127.0.0.1:3000', apiKey: 'the local key' });
    expect(readTarget({ SALES_PORT: '3100' }, localKey).baseUrl).toBe('http://127.0.0.1:3100');
    expect(
      readTarget({ BASE_URL: 'https://shop.example/api/', OPERATIONS_API_KEY: 'key' }, localKey),
    ).toEqual({ baseUrl: 'https://shop.example/api', apiKey: 'key' });
  });

  it('never gets the key of the local one when it runs elsewhere', () => {
    expect(() => readTarget({ BASE_URL: 'https://shop.example' }, localKey)).toThrow(
      'OPERATIONS_API_KEY is not set',
    );
  });

  it('has to have a URL', () => {
    for (const BASE_URL of ['shop.example', 'ftp://shop.example', '3000']) {
      expect(() => readTarget({ BASE_URL }, localKey)).toThrow(`BASE_URL is ${BASE_URL}`);
    }
  });
});

describe('the command', () => {
  const script = { file: 'surge.js', options: ['-e', 'PEAK_RATE=9'] };
  const circumstances = {
    baseUrl: 'http://localhost:3000',
    apiKey: 'a secret',
    summaryFile: 'results/surge',
    folder: '/a/k6',
    platform: 'linux',
    user: '1000:1000',
  };

  it('is the k6 of PATH, with the target in its environment', () => {
    expect(commandFor('k6', script, circumstances)).toEqual({
      command: 'k6',
      parameters: ['run', '-e', 'PEAK_RATE=9', 'surge.js'],
      variables: {
        BASE_URL: 'http://localhost:3000',
        OPERATIONS_API_KEY: 'a secret',
        SUMMARY_FILE: 'results/surge',
        K6_NO_USAGE_REPORT: 'true',
      },
    });
  });

  it('is the image in the network of the host on Linux', () => {
    const { command, parameters, variables } = commandFor('docker', script, circumstances);
    expect([command, ...parameters].join(' ')).toMatch(
      /^docker run .*--network host --user 1000:1000 --volume \/a\/k6:\/k6 .* grafana\/k6:2\.\d+\.\d+ run -e PEAK_RATE=9 /,
    );
    expect(variables.BASE_URL).toBe('http://localhost:3000');
  });

  it('reaches the host from the image by its name on other systems, with any options', () => {
    const { parameters, variables } = commandFor('docker', script, {
      ...circumstances,
      platform: 'darwin',
      user: undefined,
    });
    expect(variables.BASE_URL).toBe('http://host.docker.internal:3000');
    expect(parameters).toContain('host.docker.internal:host-gateway');
    expect(parameters.slice(-3)).toEqual(['--env', 'BASE_URL=http://host.docker.internal:3000', 'surge.js']);
  });

  it('lets k6 log every request for a history', () => {
    for (const found of ['k6', 'docker'] as const) {
      const wanted = commandFor(found, script, { ...circumstances, logFile: 'results/surge.log' });
      expect(wanted.variables).toMatchObject({ HISTORY: 'on' });
      expect(wanted.parameters.join(' ')).toContain('--console-output results/surge.log');
      expect(commandFor(found, script, circumstances).variables).not.toHaveProperty('HISTORY');
    }
    expect([{}, { HISTORY: 'off' }, { HISTORY: 'on' }].map(isHistoryWanted)).toEqual([false, false, true]);
    expect(() => isHistoryWanted({ HISTORY: 'yes' })).toThrow('HISTORY is yes');
  });

  it('never shows the key on the command line', () => {
    for (const found of ['k6', 'docker'] as const) {
      expect(commandFor(found, script, circumstances).parameters.join(' ')).not.toContain('a secret');
    }
  });
});

describe('the exit status', () => {
  const rule = (holds: boolean) => ({ rule: 'a rule', holds, detail: '' });

  it('is 1 when a rule of the gate does not hold, else that of k6', () => {
    expect(exitStatus(0, [rule(true), rule(true)])).toBe(0);
    expect(exitStatus(99, [rule(true)])).toBe(99);
    expect(exitStatus(0, [rule(true), rule(false)])).toBe(1);
    expect(exitStatus(99, [rule(false)])).toBe(1);
  });
});
