import { beforeEach, describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { InvokedSchedule } from './invoked-schedule.js';

Logger.overrideLogger(new ConsoleLogger({ logLevels: ['fatal'] }));

describe('a schedule that is invoked', () => {
  let schedule: InvokedSchedule;
  let runs: string[];

  beforeEach(() => {
    schedule = new InvokedSchedule();
    runs = [];
  });

  const task = (name: string, intervalMs: number, more: boolean[] = []) =>
    schedule.every(name, intervalMs, async () => {
      runs.push(name);
      return more.shift();
    });

  const soon = () => performance.now() + 5_000;

  it('runs nothing by itself', async () => {
    task('outbox', 1);
    schedule.onApplicationBootstrap();
    await sleep(20);
    expect(runs).toEqual([]);
  });

  it('runs what is due, and what has more to do again', async () => {
    task('outbox', 10, [true, true]);
    task('purge', 60_000);
    await schedule.runDue(soon());
    expect([...runs].sort()).toEqual(['outbox', 'outbox', 'outbox', 'purge']);
    await sleep(15);
    await schedule.runDue(soon());
    expect(runs.slice(4)).toEqual(['outbox']);
  });

  it('goes on after a task that fails', async () => {
    schedule.every('broken', 1, () => Promise.reject(new Error('no database')));
    task('outbox', 1);
    await schedule.runDue(soon());
    expect(runs).toEqual(['outbox']);
  });

  it('does not keep a task from its turn while another takes long', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    schedule.every('reconciliation', 1, () => promise);
    task('outbox', 1);
    const run = schedule.runDue(soon());
    await sleep(10);
    expect(runs).toEqual(['outbox']);
    resolve();
    await run;
  });

  it('begins nothing when its time is over', async () => {
    task('outbox', 1, [true, true, true]);
    await schedule.runDue(performance.now());
    expect(runs).toEqual([]);
  });
});
