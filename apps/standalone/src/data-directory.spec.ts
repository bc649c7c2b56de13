import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirectory } from './data-directory.js';
import { RunLock } from './run-lock.js';
import { StartError } from './start-error.js';

describe('DataDirectory', () => {
  let parent: string;
  let path: string;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'data-directory-'));
    path = join(parent, 'nested', 'data');
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  const fill = () => {
    const directory = new DataDirectory(path);
    directory.keys();
    for (const file of [
      'warehouse.sqlite',
      'warehouse.sqlite-wal',
      'warehouse.sqlite-shm',
      'mail.jsonl',
      'factory.json',
    ]) {
      writeFileSync(join(path, file), 'x');
    }
    mkdirSync(directory.paths.queue);
    for (const file of ['fauxqs.db', 'fauxqs.db-wal', 'fauxqs.db-shm'])
      writeFileSync(join(directory.paths.queue, file), 'x');
    return directory;
  };

  it('makes its keys once, for their owner only', () => {
    const keys = new DataDirectory(path).keys();
    expect(keys.operationsApiKey.length).toBeGreaterThanOrEqual(32);
    expect(keys.callbackSigningKey.length).toBeGreaterThanOrEqual(43);
    expect(keys.callbackSigningKey).not.toBe(keys.operationsApiKey);
    expect(keys.saleTokenKey.length).toBeGreaterThanOrEqual(43);
    expect(new DataDirectory(path).keys()).toEqual(keys);
    if (process.platform !== 'win32') {
      expect(statSync(join(path, 'keys.json')).mode & 0o777).toBe(0o600);
      expect(statSync(path).mode & 0o777).toBe(0o700);
    }
  });

  it('adds the key that an earlier version did not have, and keeps the others', () => {
    const { operationsApiKey, callbackSigningKey } = new DataDirectory(path).keys();
    const earlier = { operationsApiKey, callbackSigningKey };
    writeFileSync(join(path, 'keys.json'), JSON.stringify(earlier));
    const keys = new DataDirectory(path).keys();
    expect(keys).toMatchObject(earlier);
    expect(keys.saleTokenKey.length).toBeGreaterThanOrEqual(43);
    expect(new DataDirectory(path).keys()).toEqual(keys);
  });

  it('does not replace damaged keys in silence', () => {
    new DataDirectory(path).keys();
    writeFileSync(join(path, 'keys.json'), '{"operationsApiKey":"on');
    expect(() => new DataDirectory(path).keys()).toThrow(/keys\.json is damaged.*--fresh/);
  });

  it('refuses a folder of another user, and does not change it', () => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'thesis.odt'), 'years of work');
    writeFileSync(join(path, 'warehouse.sqlite'), 'of another program');
    expect(() => new DataDirectory(path)).toThrow(StartError);
    expect(() => new DataDirectory(path)).toThrow(/thesis\.odt/);
    expect(readdirSync(path).sort()).toEqual(['thesis.odt', 'warehouse.sqlite']);
  });

  it('begins anew with nothing of the last run but new keys', () => {
    const directory = fill();
    const before = directory.keys();
    directory.clear();
    expect(readdirSync(path)).toEqual([]);
    expect(directory.keys()).not.toEqual(before);
  });

  it('removes only its own files', () => {
    const directory = fill();
    mkdirSync(join(path, 'backup'));
    writeFileSync(join(path, 'notes.txt'), 'mine');
    writeFileSync(join(path, 'queue', 'notes.txt'), 'mine, too');
    directory.clear();
    expect(readdirSync(path).sort()).toEqual(['backup', 'notes.txt', 'queue']);
    expect(readFileSync(join(path, 'queue', 'notes.txt'), 'utf8')).toBe('mine, too');
  });

  const modeOf = (...names: string[]) => statSync(join(path, ...names)).mode & 0o777;

  it('makes files private that an earlier run left readable', () => {
    const directory = fill();
    const { queue } = directory.paths;
    for (const folder of [path, queue]) {
      chmodSync(folder, 0o755);
      for (const entry of readdirSync(folder)) if (entry !== 'queue') chmodSync(join(folder, entry), 0o644);
    }
    writeFileSync(join(path, 'run.lock'), '', { mode: 0o644 });
    writeFileSync(join(path, 'warehouse.sqlite.bak'), '', { mode: 0o666 });

    new DataDirectory(path);
    expect([modeOf(), modeOf('queue')]).toEqual([0o700, 0o700]);
    const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name !== 'queue');
    expect(files.length).toBeGreaterThanOrEqual(11);
    expect(files.filter((name) => modeOf(name) !== 0o600)).toEqual([]);
  });

  it('does not touch the target of a link', () => {
    const directory = fill();
    const outside = join(parent, 'outside');
    mkdirSync(outside, { mode: 0o755 });
    for (const file of ['fauxqs.db', 'letter']) writeFileSync(join(outside, file), 'x', { mode: 0o644 });
    rmSync(join(path, 'mail.jsonl'));
    symlinkSync(join(outside, 'letter'), join(path, 'mail.jsonl'));
    rmSync(directory.paths.queue, { recursive: true });
    symlinkSync(outside, directory.paths.queue);

    new DataDirectory(path).clear();
    expect(readdirSync(outside).sort()).toEqual(['fauxqs.db', 'letter']);
    for (const file of ['fauxqs.db', 'letter']) {
      expect(statSync(join(outside, file)).mode & 0o777).toBe(0o644);
    }
    expect(statSync(outside).mode & 0o777).toBe(0o755);
    expect(readdirSync(path)).toEqual([]);
  });

  it('accepts folders that npm run migrate and npm run bench made before the first start', () => {
    mkdirSync(join(path, 'bench'), { recursive: true });
    for (const file of ['warehouse.sqlite', 'warehouse.sqlite-wal']) writeFileSync(join(path, file), 'x');
    expect(() => new DataDirectory(path).keys()).not.toThrow();
    expect(readFileSync(join(path, 'warehouse.sqlite'), 'utf8')).toBe('x');
  });

  it('is not taken for ours when its keys are gone and orders are open', () => {
    fill();
    rmSync(join(path, 'keys.json'));
    expect(() => new DataDirectory(path)).toThrow(StartError);
  });

  it('can be used after a start that was killed before it made its keys', () => {
    const lock = new RunLock(new DataDirectory(path).path);
    try {
      expect(() => new DataDirectory(path).keys()).not.toThrow();
    } finally {
      lock.release();
    }
  });
});

describe('RunLock', () => {
  let path: string;

  beforeEach(() => {
    path = mkdtempSync(join(tmpdir(), 'run-lock-'));
  });
  afterEach(() => rmSync(path, { recursive: true }));

  it('lets one run in at a time', () => {
    const first = new RunLock(path);
    expect(() => new RunLock(path)).toThrow(/already runs with the data in/);
    first.release();
    const second = new RunLock(path);
    expect(second.previousRunWasKilled).toBe(false);
    second.release();
  });

  it('notices that the last run was killed', () => {
    writeFileSync(join(path, 'run.json'), '{"pid":1}');
    const lock = new RunLock(path);
    expect(lock.previousRunWasKilled).toBe(true);
    lock.release();
    expect(existsSync(join(path, 'run.json'))).toBe(false);
  });
});
