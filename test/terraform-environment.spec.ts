import { DatabaseEnvironment, SeedEnvironment } from '#inventory';
import { QUEUE_NAMES } from '#messaging';
import { readEnvironment } from '#runtime';
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Type, { type TObject } from 'typebox';
import { FactoryEnvironment } from '../apps/factory/src/environment.js';
import { SalesEnvironment } from '../apps/sales/src/environment.js';
import { consumerOptions } from '../apps/worker/src/consumer-options.js';
import { WorkerEnvironment } from '../apps/worker/src/environment.js';

const TERRAFORM = join(import.meta.dirname, '../terraform');

const SCHEMAS: Record<string, TObject> = {
  sales: SalesEnvironment,
  worker: WorkerEnvironment,
  migrate: Type.Object({ ...DatabaseEnvironment.properties, ...SeedEnvironment.properties }),
  factory: FactoryEnvironment,
};

/** What Terraform puts in the place of `${...}`, as it looks. */
const VALUES: Record<string, string> = {
  callback_base_url: 'https://shop.example.com',
  callback_signing_key: 'k'.repeat(48),
  database_password: 'p',
  database_pool_size: '10',
  database_url: 'mysql://warehouse@database.example:3306/donut_states',
  factory_api_url: 'https://factory.example',
  factory_concurrency: '1',
  factory_lead_time_seconds: '3600',
  factory_overdue_after_seconds: '7200',
  factory_port: '3002',
  log_level: 'log',
  mail_from: 'shop@example.com',
  operations_api_key: 'k'.repeat(48),
  operations_email: 'operations@example.com',
  queue_url_prefix: 'https://sqs.ap-northeast-2.amazonaws.com/123456789012/donut-states-dev-',
  rate_limit_per_minute: '0',
  region: 'ap-northeast-2',
  sales_drain_delay_ms: '15000',
  sales_port: '3000',
  vpc_cidr: '10.20.0.0/16',
  worker_drain_delay_ms: '0',
  worker_port: '3001',
};

/** Variables that hold something nobody may read in a task definition. */
const SECRETS = ['CALLBACK_SIGNING_KEY', 'DATABASE_PASSWORD', 'OPERATIONS_API_KEY'];

interface TaskEnvironment {
  environment: Record<string, string>;
  secrets: Record<string, string>;
}

const tasks = JSON.parse(read('modules/services/environment.json')) as Record<string, TaskEnvironment>;

describe('the task definitions of Terraform', () => {
  it('are of the applications, and of the migration', () => {
    expect(Object.keys(tasks).sort()).toEqual(Object.keys(SCHEMAS).sort());
  });

  describe.each(Object.entries(SCHEMAS))('of %s', (task, schema) => {
    const { environment, secrets } = tasks[task]!;
    const given = { ...environment, ...secrets };

    it('name no variable that it does not know', () => {
      expect(Object.keys(given).filter((name) => !(name in schema.properties))).toEqual([]);
    });

    it('give it all that it needs, so that it starts', () => {
      expect(() => readEnvironment(schema, filled(given))).not.toThrow();
    });

    it('take secrets, and nothing else, from the store of secrets', () => {
      expect(Object.keys(secrets).filter((name) => !SECRETS.includes(name))).toEqual([]);
      expect(Object.keys(environment).filter((name) => SECRETS.includes(name))).toEqual([]);
    });
  });

  it('take each value from a variable of Terraform, and use each', () => {
    const texts = Object.values(tasks).flatMap((task) =>
      [task.environment, task.secrets].flatMap(Object.values),
    );
    const used = new Set((texts as string[]).flatMap((text) => namesIn(text)));
    const given = [
      ...read('modules/services/tasks.tf').matchAll(/^ {4}([a-z_]+) += (?:var|local|data|")/gm),
    ].map(([, name]) => name!);
    expect([...used].sort()).toEqual(Object.keys(VALUES).sort());
    expect([...used].filter((name) => !given.includes(name))).toEqual([]);
  });
});

describe('Terraform and the code', () => {
  it('agree on the queues', () => {
    const [, body = ''] = /^ {2}queues = \{\n([\s\S]*?)^ {2}\}/m.exec(read('main.tf')) ?? [];
    expect([...body.matchAll(/^ {4}([\w-]+) +=/gm)].map(([, name]) => name)).toEqual([...QUEUE_NAMES]);
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
    const worker = readEnvironment(
      WorkerEnvironment,
      filled({ ...tasks.worker!.environment, ...tasks.worker!.secrets }),
    );
    expect(consumerOptions(worker).drainTimeoutMs).toBeLessThan(Number(deadlineSeconds) * 1000);
  });
});

function read(file: string): string {
  return readFileSync(join(TERRAFORM, file), 'utf8');
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!);
}

function filled(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, text]) => [
      name,
      text.replace(/\$\{(\w+)\}/g, (_, value: string) => VALUES[value] ?? ''),
    ]),
  );
}
