import { describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { PeriodicTask } from './periodic-task.js';
import { eventually } from './testing/eventually.js';

Logger.overrideLogger(new ConsoleLogger({ logLevels: ['fatal'] }));

describe('PeriodicTask', () => {
  it('never starts a run while one is under way, and goes on after one that failed', async () => {
    let underWay = 0;
    let most = 0;
    let runs = 0;
    const task = new PeriodicTask('test', 1, async () => {
      runs += 1;
      most = Math.max(most, (underWay += 1));
      await sleep(3);
      underWay -= 1;
      if (runs === 2) throw new Error('planned');
    });
    task.start();
    await eventually(() => runs >= 5);
    await task.stop();
    expect(most).toBe(1);
  });

  it('runs again at once while more is waiting', async () => {
    let runs = 0;
    const task = new PeriodicTask('test', 3_600_000, async () => (runs += 1) < 4);
    task.start();
    await eventually(() => runs === 4);
    await task.stop();
  });

  it('waits for the run under way when it stops, and starts no other', async () => {
    let ended = false;
    let runs = 0;
    const task = new PeriodicTask('test', 1, async () => {
      runs += 1;
      await sleep(30);
      ended = true;
    });
    task.start();
    await eventually(() => runs === 1);
    await task.stop();
    expect(ended).toBe(true);
    await sleep(20);
    expect(runs).toBe(1);
  });
});
