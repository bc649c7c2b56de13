import { deadLetterQueueOf, QUEUE_NAMES } from '#messaging';
import { join } from 'node:path';
import { type ProcessDefinition } from './child.process.js';
import { type DataDirectory } from './data-directory.js';
import { type MailServerOptions } from './mail.server.js';
import { type QueueServerOptions } from './queue.server.js';
import { type Settings } from './settings.js';

/**
 * The processes of a local run. They start from the outside in (queue and mail, then the schema and the opening
 * stock, then the applications), and stop from the inside out: the worker first, so that the factory still takes the
 * order that it has in hand. Nothing loses what it still talks to.
 *
 * @param compiled where the compiled tree lies (dist)
 */
export function describeProcesses(
  compiled: string,
  settings: Settings,
  directory: DataDirectory,
  environment: NodeJS.ProcessEnv,
): ProcessDefinition[] {
  const application = (name: string, stopStage: number): ProcessDefinition => ({
    name,
    module: join(compiled, 'apps', name, 'src/main.js'),
    environment,
    kind: 'service',
    startStage: 3,
    stopStage,
  });
  const definitions: ProcessDefinition[] = [
    {
      name: 'database',
      module: join(compiled, 'libs/inventory/src/migrate.main.js'),
      arguments: ['--seed'],
      environment,
      kind: 'task',
      startStage: 2,
      stopStage: 1,
    },
    application('factory', 2),
    application('worker', 1),
    application('sales', 2),
  ];
  if (settings.embedded.queue) {
    const options: QueueServerOptions = {
      ...settings.queue,
      dataDirectory: directory.queue,
      queues: QUEUE_NAMES.map((name) => ({ name, deadLetterQueue: deadLetterQueueOf(name) })),
    };
    definitions.unshift({
      name: 'queue',
      module: join(compiled, 'apps/standalone/src/queue.main.js'),
      arguments: [JSON.stringify(options)],
      environment,
      kind: 'service',
      startStage: 1,
      stopStage: 4,
    });
  }
  if (settings.embedded.mail) {
    const options: MailServerOptions = { ...settings.mail, file: directory.mail };
    definitions.unshift({
      name: 'mail',
      module: join(compiled, 'apps/standalone/src/mail.main.js'),
      arguments: [JSON.stringify(options)],
      environment,
      kind: 'service',
      startStage: 1,
      stopStage: 3,
    });
  }
  return definitions;
}
