import { afterEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DIST = join(import.meta.dirname, '../../../dist');

/** An application as small as can be, run by the compiled library in a process of its own. */
const APPLICATION = `
import '${DIST}/../node_modules/reflect-metadata/Reflect.js';
const { createHttpApplication, HealthModule, runApplication } = await import('${DIST}/libs/runtime/src/index.js');
await runApplication(async () => ({
  application: await createHttpApplication(HealthModule, { logger: false, maxConnections: 100 }),
  listen: { host: '127.0.0.1', port: Number(process.env.PORT), portVariable: 'PORT', drainDelayMs: 0 },
}));
`;

describe('an application', () => {
  const directory = mkdtempSync(join(tmpdir(), 'donut-states-'));
  let child: ChildProcess | undefined;

  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  it('cuts off a client that never ends its request, and stops although one is at it', async () => {
    const port = await freePort();
    const module = join(directory, 'application.mjs');
    writeFileSync(module, APPLICATION);
    child = fork(module, [], { env: { ...process.env, PORT: String(port) }, execArgv: [], silent: true });
    await once(child, 'message');

    const slow = connect(port, '127.0.0.1');
    slow.on('error', () => undefined).resume();
    slow.write('GET /health/live HTTP/1.1\r\nHost: a\r\n');
    const startedAt = Date.now();
    await once(slow, 'close');
    // 10 s for the headers, and the second in which Node looks.
    expect(Date.now() - startedAt).toBeLessThan(14_000);

    const late = connect(port, '127.0.0.1');
    late.on('error', () => undefined).resume();
    late.write(
      'POST /health/live HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n1',
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill('SIGTERM');
    const [status] = (await once(child, 'exit')) as [number | null];
    expect(status).toBe(0);
  }, 40_000);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
