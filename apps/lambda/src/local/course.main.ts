/**
 * The course's functions on this machine: the Serverless Framework serves them, an embedded queue holds their messages, and
 * what AWS does between the two is done here.
 */
import { CommandError, readEnvironment, runCommand } from '#runtime';
import { SQSClient } from '@aws-sdk/client-sqs';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startQueueServer } from '../../../standalone/src/queue-server.js';
import { whenNpmEnds } from '../../../standalone/src/when-npm-ends.js';
import { makeBundles } from './bundles.js';
import { CourseEnvironment } from './environment.js';
import { EventSource } from './event-source.js';
import { host } from './host.js';
import { createGateway } from './gateway.js';
import { PROJECT } from './project.js';
import { QueueFigures } from './queue-figures.js';
import { ServerlessOffline } from './serverless-offline.js';

const HOST = '127.0.0.1';
const REGION = 'ap-northeast-2';
const ACCOUNT = '000000000000';
const [QUEUE, DEAD_LETTER_QUEUE] = ['jobs', 'jobs-dlq'];

/** As many as Lambda begins with. */
const POLLERS = 5;

const USAGE = `npm run start:serverless

Serves the functions of the course on SERVERLESS_PORT (3010), with an embedded queue: docs/tutorial.md. The first start
installs the Serverless Framework.`;

async function serve(): Promise<void> {
  const { status } = spawnSync(process.execPath, [join(PROJECT, 'tools/prepare-serverless.mjs')], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new CommandError('The Serverless Framework is not installed.');
  await makeBundles(['hello', 'producer', 'consumer']);
  const environment = readEnvironment(CourseEnvironment);
  const directory = mkdtempSync(join(tmpdir(), 'donut-states-course-'));
  const queue = await startQueueServer({
    ...{ host: HOST, port: 0, region: REGION, dataDirectory: directory },
    queues: [{ name: QUEUE, deadLetterQueue: DEAD_LETTER_QUEUE }],
    visibilityTimeoutSeconds: environment.QUEUE_VISIBILITY_TIMEOUT_SECONDS,
    maxReceiveCount: environment.QUEUE_MAX_RECEIVE_COUNT,
  });
  const endpoint = `http://${HOST}:${queue.port}`;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const urlOf = (name: string) => `${endpoint}/${ACCOUNT}/${name}`;

  const offline = await ServerlessOffline.start({
    QUEUE_URL: urlOf(QUEUE),
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL_SQS: endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  }).catch(async (error: unknown) => {
    await queue.stop();
    rmSync(directory, { recursive: true, force: true });
    throw error;
  });
  const sqs = new SQSClient({ region: REGION, endpoint, credentials });
  const source = new EventSource(
    sqs,
    { queueUrl: urlOf(QUEUE), batchSize: 1, concurrency: POLLERS, waitSeconds: 1 },
    (event) => offline.invoke('consumer', event),
  );
  const figures = new QueueFigures(sqs, {
    [QUEUE]: urlOf(QUEUE),
    [DEAD_LETTER_QUEUE]: urlOf(DEAD_LETTER_QUEUE),
  });

  const address = { host: HOST, port: environment.SERVERLESS_PORT, portVariable: 'SERVERLESS_PORT' };
  whenNpmEnds(() => process.kill(process.pid, 'SIGTERM'));
  await host(createGateway(offline.httpPort), address, async () => {
    await source.stop();
    figures.stop();
    await offline.stop();
    await queue.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  const base = `http://${HOST}:${environment.SERVERLESS_PORT}`;
  console.log(`
The course's functions are ready. Step 1 and step 2:

  curl -X POST ${base}/dev/hello --header 'Content-type: application/json' --data-raw '{ "input": 1 }'
  curl -X POST ${base}/produce --header 'Content-type: application/json' --data-raw '{ "input": 1 }'

A message that takes longer than the 6 s of the consumer, and so ends in the dead-letter queue:

  curl -X POST ${base}/produce --header 'Content-type: application/json' --data-raw '{ "input": 1, "delayMs": 15000 }'

The queue itself: ${urlOf(QUEUE)}. Stop: Ctrl-C.
`);
}

await runCommand({ usage: USAGE, options: {}, run: serve });
