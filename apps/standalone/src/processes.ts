import { deadLetterQueueOf, QUEUE_NAMES } from '#queues';
import { join } from 'node:path';
import { childEnvironment } from './child-environment.js';
import { type ProcessDefinition } from './child-process.js';
import { type DataPaths } from './data-directory.js';
import { type MailServerOptions } from './mail-server.js';
import { type QueueServerOptions } from './queue-server.js';
import { type Schemas } from './schemas.js';
import { type Settings } from './settings.js';

type ApplicationName = 'factory' | 'sales' | 'worker';

/**
 * The processes of a local run. They start from the outside in (queue and mail, then the schema and the opening
 * stock, then the applications), and stop from the inside out: the worker first, so that the factory still takes the
 * order that it has in hand. Nothing loses what it still talks to.
 *
 * @param compiled where the compiled tree lies (dist)
 * @param system every variable of the run; each process gets those that it needs
 */
export function describeProcesses(
  compiled: string,
  settings: Settings,
  paths: DataPaths,
  schemas: Schemas,
  system: NodeJS.ProcessEnv,
): ProcessDefinition[] {
  const moduleOf = (name: ApplicationName) =>
    settings.compute === 'lambda' && name !== 'factory'
      ? join(compiled, `apps/lambda/src/local/${name}-host.main.js`)
      : join(compiled, 'apps', name, 'src/main.js');
  const application = (name: ApplicationName, stopStage: number): ProcessDefinition => ({
    name,
    module: moduleOf(name),
    environment: childEnvironment({ schema: schemas[name], usesAws: name !== 'factory' }, system),
    kind: 'service',
    startStage: 3,
    stopStage,
  });
  const definitions: ProcessDefinition[] = [
    {
      name: 'database',
      module: join(compiled, 'libs/inventory/src/migrate.main.js'),
      arguments: ['--seed'],
      environment: childEnvironment({ schema: schemas.database }, system),
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
      dataDirectory: paths.queue,
      queues: QUEUE_NAMES.map((name) => ({ name, deadLetterQueue: deadLetterQueueOf(name) })),
    };
    definitions.unshift({
      name: 'queue',
      module: join(compiled, 'apps/standalone/src/queue.main.js'),
      arguments: [JSON.stringify(options)],
      environment: childEnvironment({}, system),
      kind: 'service',
      startStage: 1,
      stopStage: 4,
    });
  }
  if (settings.embedded.mail) {
    const options: MailServerOptions = { ...settings.mail, file: paths.mail };
    definitions.unshift({
      name: 'mail',
      module: join(compiled, 'apps/standalone/src/mail.main.js'),
      arguments: [JSON.stringify(options)],
      environment: childEnvironment({}, system),
      kind: 'service',
      startStage: 1,
      stopStage: 3,
    });
  }
  return definitions;
}
