import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from '../libs/runtime/src/testing/eventually.js';
import { freePorts } from '../libs/runtime/src/testing/free-ports.js';

const ROOT = join(import.meta.dirname, '..');

/** A first start installs the Serverless Framework. */
const START_TIMEOUT_MS = 240_000;

/** Above the time limit of the functions. */
const VISIBILITY_TIMEOUT_SECONDS = 8;

describe("the course's functions, by npm run start:serverless", () => {
  let course: ChildProcess;
  let output = '';
  let base: string;

  beforeAll(async () => {
    const [port] = await freePorts(1);
    base = `http://127.0.0.1:${port}`;
    const { PATH, HOME, TMPDIR } = process.env;
    course = spawn('npm', ['run', 'start:serverless'], {
      cwd: ROOT,
      env: {
        ...{ PATH, HOME, TMPDIR },
        SERVERLESS_PORT: String(port),
        QUEUE_VISIBILITY_TIMEOUT_SECONDS: String(VISIBILITY_TIMEOUT_SECONDS),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // npm starts a shell, and that the command: they are stopped together.
      detached: true,
    });
    for (const stream of [course.stdout!, course.stderr!]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    await eventually(() => {
      if (course.exitCode !== null) throw new Error(`It ended:\n${output}`);
      expect(output).toContain("The course's functions are ready");
    }, START_TIMEOUT_MS);
  }, START_TIMEOUT_MS + 10_000);

  afterAll(async () => {
    const ended = once(course, 'exit');
    process.kill(-course.pid!, 'SIGTERM');
    await ended;
  }, 30_000);

  /** As the course has it: `curl -X POST --header 'Content-type: application/json' --data-raw BODY`. */
  async function post(path: string, body: string) {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${base}${path}`, { method: 'POST', headers, body });
    return [answer.status, await answer.json()];
  }

  it('answer as the course prints it', async () => {
    expect(await post('/dev/hello', '{ "input": 1 }')).toEqual([
      200,
      { message: '메시지를 받았습니다. 입력값: 1, 결과: 2' },
    ]);
    expect(await post('/produce', '{ "input": 1 }')).toEqual([200, { message: 'Message accepted!' }]);
    await eventually(() => expect(output).toContain('Message Attribute:  Attribute Value'), 20_000);
    await eventually(() => expect(output).toContain('Message Body:  {"input":1}'));
    await eventually(() => expect(output).toContain('메시지를 받았습니다. 입력값: 1, 결과: 2'));
  }, 30_000);

  it.each(['/dev/hello', '/produce'])('refuse at %s what is no number, or no body', async (path) => {
    expect(await post(path, '')).toEqual([400, { message: 'No body was found' }]);
    for (const body of ['{', '{}', '{"input":"one"}', '[]']) {
      expect(await post(path, body)).toEqual([400, { message: expect.any(String) }]);
    }
  });

  it('are missed where the path is wrong, as the two kinds of API say it', async () => {
    expect(await post('/dev/helo', '{ "input": 1 }')).toEqual([
      403,
      { message: 'Missing Authentication Token' },
    ]);
    expect(await post('/prodce', '{ "input": 1 }')).toEqual([404, { message: 'Not Found' }]);
  });

  it('end in the dead-letter queue after three receives, and the figures of the queue show how', async () => {
    const since = output.length;
    expect((await post('/produce', '{ "input": 7, "delayMs": 15000 }'))[0]).toBe(200);
    const told = () => output.slice(since);
    await eventually(() => expect(told()).toContain('jobs-dlq: 1 available'), 60_000);
    expect(told().match(/Message Body: {2}\{"input":7,"delayMs":15000\}/g)).toHaveLength(3);
    expect(told().match(/Lambda timeout/g)!.length).toBeGreaterThanOrEqual(3);
    expect(told()).toContain('jobs: 0 available, 1 in flight | jobs-dlq: 0 available, 0 in flight');
    expect(told()).not.toContain('입력값: 7');
    // The others go on meanwhile, and now.
    expect((await post('/produce', '{ "input": 8 }'))[0]).toBe(200);
    await eventually(() => expect(told()).toContain('입력값: 8, 결과: 9'), 20_000);
  }, 120_000);
});
