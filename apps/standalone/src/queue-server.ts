import { SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { Server } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type EmbeddedServer } from './embedded-server.js';

export interface QueueServerOptions {
  host: string;
  port: number;
  /** Queues and messages survive a restart here. */
  dataDirectory: string;
  region: string;
  queues: readonly { name: string; deadLetterQueue: string }[];
  visibilityTimeoutSeconds: number;
  /** Receives after which a message goes to the dead-letter queue. */
  maxReceiveCount: number;
}

/** 14 days, the longest that SQS allows: a dead letter waits for a person. */
const DEAD_LETTER_RETENTION_SECONDS = 14 * 24 * 60 * 60;

/** Runs the embedded queue server. It has all queues of `options` when this resolves. */
export async function startQueueServer(
  options: QueueServerOptions,
): Promise<EmbeddedServer & { port: number }> {
  const server = await listenOnlyOn(options.host, () =>
    startFauxqs({
      port: options.port,
      dataDir: options.dataDirectory,
      defaultRegion: options.region,
      logger: false,
    }),
  );
  keepReturnedMessages(join(options.dataDirectory, 'fauxqs.db'));
  await createQueues(server, options);
  return { port: server.port, stop: () => server.stop() };
}

/** fauxqs listens on every address of the machine with no option to change this, and it requires no password. */
async function listenOnlyOn<T>(host: string, start: () => Promise<T>): Promise<T> {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the server as `this` below
  const original = Server.prototype.listen as (this: Server, ...parameters: unknown[]) => Server;
  Server.prototype.listen = function (this: Server, where: unknown, ...rest: unknown[]) {
    return original.call(this, typeof where === 'object' ? { ...where, host } : where, ...rest);
  };
  try {
    return await start();
  } finally {
    Server.prototype.listen = original;
  }
}

/**
 * Mends how fauxqs 2.4 stores a message whose visibility timeout is set to 0 (deliver it again now): it
 * empties the receive count, which its own table forbids, and so drops the message from memory until a restart.
 */
function keepReturnedMessages(file: string): void {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  try {
    database.exec(`
      CREATE TRIGGER IF NOT EXISTS keep_returned_message
      BEFORE UPDATE OF approximate_receive_count ON sqs_messages WHEN NEW.approximate_receive_count IS NULL
      BEGIN
        UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = OLD.message_id;
        SELECT RAISE(IGNORE);
      END`);
  } finally {
    database.close();
  }
}

/** Creates what is missing and brings the rest up to date: a queue of an earlier run may have other attributes. */
async function createQueues(server: FauxqsServer, options: QueueServerOptions): Promise<void> {
  const client = new SQSClient({
    endpoint: `http://${options.host}:${server.port}`,
    region: options.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const create = async (name: string, attributes: Record<string, string>): Promise<string> => {
    const [queue] = server.setup({ queues: [{ name }] }).queues;
    if (!queue) throw new Error(`The embedded queue server does not create ${name}`);
    await client.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: attributes }));
    return queue.arn;
  };
  try {
    for (const { name, deadLetterQueue } of options.queues) {
      const VisibilityTimeout = String(options.visibilityTimeoutSeconds);
      const deadLetterTargetArn = await create(deadLetterQueue, {
        VisibilityTimeout,
        MessageRetentionPeriod: String(DEAD_LETTER_RETENTION_SECONDS),
      });
      const { maxReceiveCount } = options;
      await create(name, {
        VisibilityTimeout,
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
      });
    }
  } finally {
    client.destroy();
  }
}
