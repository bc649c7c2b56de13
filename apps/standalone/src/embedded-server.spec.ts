import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const SOURCE = pathToFileURL(join(import.meta.dirname, 'embedded-server.ts')).href;

describe('the process of an embedded server', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'embedded-server-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const run = (start: string): { child: ChildProcess; ended: Promise<[status: number, output: string]> } => {
    const module = join(directory, 'server.mjs');
    writeFileSync(
      module,
      `import { runEmbeddedServer } from '${SOURCE}'; await runEmbeddedServer(${start});`,
    );
    const child = fork(module, [JSON.stringify({ name: 'queue' })], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    // Not its event 'close', which Node does not emit after disconnect().
    const ended = Promise.all([
      once(child, 'exit'),
      ...[child.stdout, child.stderr].map((stream) => stream && once(stream, 'close')),
    ]).then(([[status]]): [number, string] => [Number(status), output]);
    return { child, ended };
  };
  const SERVER = `async ({ name }) => {
    const timer = setInterval(() => {}, 1000);
    return { stop: async () => {
      console.log(name + ' stops');
      await new Promise((resolve) => setTimeout(resolve, 200));
      clearInterval(timer);
    } };
  }`;

  it('reports when it listens, and stops once however often stop is called', async () => {
    const { child, ended } = run(SERVER);
    expect(await once(child, 'message')).toContain('listening');
    child.kill('SIGTERM');
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, 'queue stops\n']);
  });

  it('waits for its work on a second signal, and ends at once on a third', async () => {
    const { child, ended } = run(`async () => {
      setInterval(() => {}, 1000);
      return { stop: () => { process.send('stopping'); return new Promise(() => {}); } };
    }`);
    await once(child, 'message');
    child.kill('SIGTERM');
    await once(child, 'message');
    for (let signals = 2; signals <= 3; signals += 1) {
      await sleep(600);
      child.kill('SIGTERM');
    }
    const [status, output] = await ended;
    expect(status).toBe(143);
    expect(output).toMatch(/^Draining already.*\nThird signal: ended by SIGTERM/);
  });

  it('stops when its supervisor is gone', async () => {
    const { child, ended } = run(SERVER);
    await once(child, 'message');
    child.disconnect();
    expect(await ended).toEqual([0, 'queue stops\n']);
  });

  it('stops when its supervisor was gone before it listened', async () => {
    const { child, ended } = run(`async (options) => {
      await new Promise((resolve) => process.once('disconnect', resolve));
      return (${SERVER})(options);
    }`);
    child.disconnect();
    expect(await ended).toEqual([0, 'queue stops\n']);
  });

  it('says in one line why it cannot start', async () => {
    const { ended } = run(`async () => { throw new Error('the port is taken'); }`);
    expect(await ended).toEqual([1, 'the port is taken\n']);
  });
});
