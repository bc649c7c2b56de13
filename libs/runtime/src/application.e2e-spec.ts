import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationProcess } from './testing/application-process.js';

/** Longer than what counts as the same signal. */
const BETWEEN_SIGNALS_MS = 600;

/** An answer, and the end of a handler that begins with the application, wait until the test says `release`. */
const WORK = `
const released = new Promise((resolve) => process.once('message', resolve));
adapter.getInstance().get('/work', () => {
  console.log('work in hand');
  return released.then(() => 'done');
});`;

describe('an application', () => {
  let directory: string;
  let application: ApplicationProcess | undefined;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'donut-states-'));
  });
  afterEach(() => application?.kill());
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const start = async (script: { before?: string; module?: string; create?: string }) => {
    application = await ApplicationProcess.start(directory, script);
    return application;
  };

  it('cuts off a client that never ends its request, and stops although one is at it', async () => {
    const { port, child, ended } = await start({});
    const slow = connect(port, '127.0.0.1');
    slow.on('error', () => undefined).resume();
    slow.write('GET /health/live HTTP/1.1\r\nHost: a\r\n');
    const startedAt = Date.now();
    await new Promise((resolve) => slow.once('close', resolve));
    // 10 s for the headers, and the second in which Node looks.
    expect(Date.now() - startedAt).toBeLessThan(14_000);

    const late = connect(port, '127.0.0.1');
    late.on('error', () => undefined).resume();
    late.write(
      'POST /health/live HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n1',
    );
    await sleep(200);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  }, 40_000);

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'finishes a request although %s comes twice, and says that it drains',
    async (signal) => {
      const running = await start({ before: WORK });
      const answer = running.fetch('/work');
      await running.line(/work in hand/);
      running.child.kill(signal);
      await running.line(/Draining$/m);
      await sleep(BETWEEN_SIGNALS_MS);
      running.child.kill(signal);
      await running.line(/Draining already.*A third signal within 10 s of the first ends it at once/);
      running.child.send('release');
      expect(await answer).toBe('done');
      expect(await running.ended).toBe(0);
    },
  );

  it('takes Ctrl-C for one signal, however often npm and the terminal deliver it', async () => {
    const running = await start({ before: WORK });
    const answer = running.fetch('/work');
    await running.line(/work in hand/);
    running.child.kill('SIGINT');
    await running.line(/Draining$/m);
    for (let times = 0; times < 3; times += 1) running.child.kill('SIGINT');
    running.child.send('release');
    expect(await answer).toBe('done');
    expect(await running.ended).toBe(0);
    expect(running.output).not.toContain('already');
  });

  it('ends at once on a third signal', async () => {
    const running = await start({ before: WORK });
    const answer = running.fetch('/work').catch(() => 'cut off');
    await running.line(/work in hand/);
    for (const line of [/Draining$/m, /Draining already/]) {
      running.child.kill('SIGTERM');
      await running.line(line);
      await sleep(BETWEEN_SIGNALS_MS);
    }
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(143);
    expect(await answer).toBe('cut off');
    expect(running.output).toContain('Third signal: ended by SIGTERM');
  });

  /** As a worker does, which handles messages before its port is open. */
  const HANDLER = `{ onApplicationBootstrap: () => { console.log('work in hand'); return released; },
    beforeApplicationShutdown: () => console.log('finished') }`;

  it('finishes its start-up when a signal comes before it listens', async () => {
    const running = await start({ before: WORK, module: HANDLER });
    await running.line(/work in hand/);
    for (let times = 0; times < 2; times += 1) {
      running.child.kill('SIGTERM');
      await sleep(BETWEEN_SIGNALS_MS);
    }
    await running.line(/Draining already/);
    running.child.send('release');
    expect(await running.ended).toBe(0);
    expect(running.output).toContain('finished');
  });

  it('finishes its start-up work when its port is already in use', async () => {
    const other = await start({});
    const running = await ApplicationProcess.start(directory, { before: WORK, module: HANDLER }, other.port);
    try {
      await running.line(/work in hand/);
      running.child.send('release');
      expect(await running.ended).toBe(1);
      expect(running.output).toMatch(/Port \d+ is taken by another program/);
      expect(running.output).toContain('finished');
    } finally {
      running.kill();
    }
  });

  it('ends in order on a signal while it is still being created', async () => {
    const running = await start({
      create: `console.log('creating'); await new Promise((resolve) => setTimeout(resolve, 60_000))`,
    });
    await running.line(/creating/);
    running.child.kill('SIGTERM');
    expect(await running.ended).toBe(0);
  });

  it('has an exit status of its own for an environment that is not usable', async () => {
    const running = await start({ create: `throw new EnvironmentError(['SALES_PORT is missing'])` });
    expect(await running.ended).toBe(78);
    expect(running.output).toContain('SALES_PORT is missing');
  });
});
