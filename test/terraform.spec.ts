import { QUEUE_NAMES, QUEUES } from '#queues';
import { readEnvironment } from '#runtime';
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consumerOptions } from '../apps/worker/src/consumer-options.js';
import { WorkerEnvironment } from '../apps/worker/src/environment.js';
import { COMPOSE_FILE, SCHEMAS } from './environment/deployments.js';
import {
  FUNCTION_ENVIRONMENTS,
  TASK_ENVIRONMENTS,
  taskVariables,
  TERRAFORM_VALUES,
} from './environment/task-definitions.js';

const TERRAFORM = join(import.meta.dirname, '../terraform');

/** Variables with secrets, which a task definition must not contain. */
const SECRETS = [
  'CALLBACK_SIGNING_KEY',
  'CALLBACK_SIGNING_KEY_PREVIOUS',
  'DATABASE_PASSWORD',
  'OPERATIONS_API_KEY',
  'SALE_TOKEN_KEY',
  'CUSTOMER_SIGNING_KEY',
  'SALE_TOKEN_KEY_PREVIOUS',
];

describe('the task definitions of Terraform', () => {
  it('are of the applications, and of the migration', () => {
    // Operators run their command line where they are.
    const names = Object.keys(SCHEMAS).filter((name) => name !== 'ops');
    expect(Object.keys(TASK_ENVIRONMENTS).sort()).toEqual(names.sort());
  });

  it.each(Object.entries(TASK_ENVIRONMENTS))(
    'take secrets of %s, and nothing else, from the store of secrets',
    (_, { environment, secrets }) => {
      expect(Object.keys(secrets).filter((name) => !SECRETS.includes(name))).toEqual([]);
      expect(Object.keys(environment).filter((name) => SECRETS.includes(name))).toEqual([]);
    },
  );

  it('take each value from a variable of Terraform, and use each', () => {
    const texts = Object.values(TASK_ENVIRONMENTS).flatMap((task) =>
      [task.environment, task.secrets].flatMap(Object.values),
    );
    const used = new Set((texts as string[]).flatMap((text) => namesIn(text)));
    const given = [
      ...read('modules/services/tasks.tf').matchAll(/^ {4}([a-z_]+) += (?:var|local|data|")/gm),
    ].map(([, name]) => name!);
    expect([...used].sort()).toEqual(Object.keys(TERRAFORM_VALUES).sort());
    expect([...used].filter((name) => !given.includes(name))).toEqual([]);
  });
});

describe('Terraform and docker compose start the same images: nothing but the environment differs', () => {
  const tasks = read('modules/services/tasks.tf');
  const dockerfile = readFileSync(join(TERRAFORM, '../docker/Dockerfile'), 'utf8');
  const commandOf = (task: string) =>
    new RegExp(`^ {6}${task} = \\{\\n(?: {8}.*\\n)*? {8}command = (.*)`, 'm').exec(tasks)![1];

  it.each(['sales', 'worker', 'factory'])('%s with the command that is in its image', (task) => {
    expect(commandOf(task)).toBe('null');
    expect(COMPOSE_FILE.services[task]!.command).toBeUndefined();
  });

  it('the migration by the command of its image, which has the layers of all', () => {
    const [, from, entrypoint] = /^FROM (\w+) AS migrate\nENTRYPOINT (\[.*\])$/m.exec(dockerfile)!;
    expect(dockerfile).toContain(`FROM ${from} AS sales\n`);
    expect(JSON.parse(commandOf('migrate')!)).toEqual([
      ...(JSON.parse(entrypoint!) as string[]),
      ...COMPOSE_FILE.services.migrate!.command!,
    ]);
  });

  it('with an init process before them, and nothing that they can write to', () => {
    expect(tasks).toMatch(/readonlyRootFilesystem += true/);
    expect(tasks).toMatch(/initProcessEnabled += true/);
    for (const task of Object.keys(TASK_ENVIRONMENTS)) {
      expect(COMPOSE_FILE.services[task]).toMatchObject({ init: true, read_only: true });
    }
  });

  it('asked for their health as the image says', () => {
    const [, command] = /^HEALTHCHECK .* CMD (\["node", .*) "SALES_PORT"\]$/m.exec(dockerfile)!;
    expect(tasks).toContain(`command = ["CMD", ${command!.slice(1)} "\${upper(each.key)}_PORT"]`);
  });
});

describe('Terraform and the code', () => {
  it('agree on the queues', () => {
    const [, body = ''] = /^ {2}queues = \{\n([\s\S]*?)^ {2}\}/m.exec(read('main.tf')) ?? [];
    expect([...body.matchAll(/^ {4}([\w-]+) +=/gm)].map(([, name]) => name)).toEqual([...QUEUE_NAMES]);
  });

  it('agree on how many messages a function gets at a time', () => {
    const sources = [
      ...read('modules/functions/event-sources.tf').matchAll(/^ {4}([\w-]+) += \{ batch_size = (\d+)/gm),
    ].map(([, queue, size]) => [queue, Number(size)]);
    expect(sources).toEqual(QUEUE_NAMES.map((queue) => [queue, QUEUES[queue].concurrency]));
  });

  it('agree on what the functions read, secrets by their names alone', () => {
    for (const { environment, secrets } of Object.values(FUNCTION_ENVIRONMENTS)) {
      expect(Object.keys(secrets).filter((name) => !SECRETS.includes(name))).toEqual([]);
      expect(Object.keys(environment).filter((name) => SECRETS.includes(name))).toEqual([]);
    }
  });

  it('agree on how long a message is hidden', () => {
    const [, seconds] = /visibility_timeout_seconds = optional\(number, (\d+)\)/.exec(
      read('modules/queues/variables.tf'),
    )!;
    const property = WorkerEnvironment.properties.QUEUE_VISIBILITY_TIMEOUT_SECONDS as { default?: number };
    expect(Number(seconds)).toBe(property.default);
  });

  it('agree on how long a shutdown may take, and a worker drains within it', () => {
    const source = readFileSync(join(TERRAFORM, '../libs/runtime/src/application.ts'), 'utf8');
    const [, deadlineMs] = /SHUTDOWN_DEADLINE_MS = ([\d_]+)/.exec(source)!;
    const [, deadlineSeconds] = /shutdown_deadline_seconds = (\d+)/.exec(read('modules/services/tasks.tf'))!;
    expect(Number(deadlineSeconds) * 1000).toBe(Number(deadlineMs!.replaceAll('_', '')));
    const worker = readEnvironment(WorkerEnvironment, taskVariables('worker'));
    expect(consumerOptions(worker).drainTimeoutMs).toBeLessThan(Number(deadlineSeconds) * 1000);
  });
});

function read(file: string): string {
  return readFileSync(join(TERRAFORM, file), 'utf8');
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!);
}
