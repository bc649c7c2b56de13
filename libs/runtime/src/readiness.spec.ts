import { describe, expect, it } from '@jest/globals';
import { ConsoleLogger, Logger } from '@nestjs/common';
import { Readiness } from './readiness.js';

Logger.overrideLogger(new ConsoleLogger({ logLevels: ['fatal'] }));

describe('Readiness', () => {
  it('is ready when every part is', async () => {
    const readiness = new Readiness();
    readiness.require('database', async () => undefined);
    expect(await readiness.report()).toEqual({ ready: true, checks: { database: 'ok' } });
  });

  it('names the part that is not, and keeps the reason to itself', async () => {
    const readiness = new Readiness();
    readiness.require('database', async () => {
      throw new Error('connect ECONNREFUSED root@10.0.0.7');
    });
    readiness.require('queue', async () => undefined);
    const report = await readiness.report();
    expect(report).toEqual({ ready: false, checks: { database: 'unavailable', queue: 'ok' } });
  });

  it('reports an optional part, and stays ready without it', async () => {
    const readiness = new Readiness();
    readiness.watch('queue', async () => {
      throw new Error('away');
    });
    expect(await readiness.report()).toEqual({ ready: true, checks: { queue: 'unavailable' } });
  });

  it('does not wait for a part that hangs', async () => {
    const readiness = new Readiness();
    readiness.require('database', () => new Promise(() => undefined));
    expect((await readiness.report()).ready).toBe(false);
  });

  it('fails while the process drains, so that no new requests are sent its way', async () => {
    const readiness = new Readiness();
    readiness.startDraining();
    expect(await readiness.report()).toEqual({ ready: false, checks: { process: 'draining' } });
  });
});
