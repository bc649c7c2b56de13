import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface TaskEnvironment {
  environment: Record<string, string>;
  secrets: Record<string, string>;
}

/** What Terraform puts in the place of `${...}`, as it looks. */
export const TERRAFORM_VALUES: Record<string, string> = {
  callback_base_url: 'https://shop.example.com',
  callback_signing_key: 'c'.repeat(48),
  callback_signing_key_previous: 'd'.repeat(48),
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
  operations_api_key: 'o'.repeat(48),
  operations_email: 'operations@example.com',
  queue_url_prefix: 'https://sqs.ap-northeast-2.amazonaws.com/123456789012/donut-states-dev-',
  rate_limit_per_minute: '0',
  region: 'ap-northeast-2',
  sales_drain_delay_ms: '15000',
  sale_token_key: 't'.repeat(48),
  customer_signing_key: 's'.repeat(48),
  sale_token_key_previous: 'u'.repeat(48),
  sales_port: '3000',
  vpc_cidr: '10.20.0.0/16',
  worker_drain_delay_ms: '0',
  worker_port: '3001',
};

/** What Terraform sets for each task. */
export const TASK_ENVIRONMENTS = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../terraform/modules/services/environment.json'), 'utf8'),
) as Record<string, TaskEnvironment>;

/** What Terraform sets for each function. */
export const FUNCTION_ENVIRONMENTS = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../terraform/modules/functions/environment.json'), 'utf8'),
) as Record<string, TaskEnvironment>;

/** The variables of a task with values in them, those of its secrets as well. */
export function taskVariables(task: string): Record<string, string> {
  return withValues(TASK_ENVIRONMENTS[task]!);
}

/** The same of a function, without what it reads by itself. */
export function functionVariables(name: string): Record<string, string> {
  const { environment, secrets } = FUNCTION_ENVIRONMENTS[name]!;
  const ofApplication = Object.entries(environment).filter(
    ([variable]) => variable !== 'WORKER_FUNCTION_NAME',
  );
  return withValues({ environment: Object.fromEntries(ofApplication), secrets });
}

function withValues({ environment, secrets }: TaskEnvironment): Record<string, string> {
  return Object.fromEntries(
    Object.entries({ ...environment, ...secrets }).map(([name, text]) => [
      name,
      text.replace(/\$\{(\w+)\}/g, (_, value: string) => TERRAFORM_VALUES[value] ?? ''),
    ]),
  );
}
