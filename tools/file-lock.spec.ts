import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from './file-lock.mjs';

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

  it('do not wait for one that was killed', async () => {
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

  it('release the lock after a failure', async () => {
    await expect(
      withLock(file, jest.fn(), async () => {
        throw new Error('does not compile');
      }),
    ).rejects.toThrow('does not compile');
    expect(existsSync(file)).toBe(false);
  });
});
