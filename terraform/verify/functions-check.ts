import { deadLetterQueueOf, QUEUE_NAMES } from '#queues';
import { readEnvironment } from '#runtime';
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  paginateListEventSourceMappings,
} from '@aws-sdk/client-lambda';
import { randomBytes } from 'node:crypto';
import { type TObject } from 'typebox';
import { SalesEnvironment } from '../../apps/sales/src/environment.js';
import { WorkerEnvironment } from '../../apps/worker/src/environment.js';
import { type Findings } from './findings.js';
import { type Reach } from './reach.js';

const VISIBILITY_TIMEOUT_SECONDS = 36;

const SCHEMAS: Record<string, TObject> = {
  sales: SalesEnvironment,
  worker: WorkerEnvironment,
  scheduled: WorkerEnvironment,
};

/** Whether the functions would start, and whether messages reach the worker as its code relies on. */
export async function checkFunctions(
  reach: Reach,
  { name, functions }: { name: string; functions: Record<string, string> },
  findings: Findings,
): Promise<void> {
  const lambda = new LambdaClient(reach);
  for (const [handler, FunctionName] of Object.entries(functions)) {
    const {
      Environment,
      Handler,
      Timeout = 0,
    } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    findings.same(`${FunctionName}: the handler`, Handler, `index.${handler}`);
    const { SECRETS = '{}', ...variables } = Environment?.Variables ?? {};
    const secrets = Object.keys(JSON.parse(SECRETS) as object);
    findings.expect(secrets.includes('DATABASE_PASSWORD'), `${FunctionName} has no password`);
    findings.same(
      `${FunctionName}: secrets among its variables`,
      secrets.filter((secret) => secret in variables),
      [],
    );
    if (handler === 'worker') {
      findings.expect(Timeout < VISIBILITY_TIMEOUT_SECONDS, `${FunctionName} may take ${Timeout} s`);
    }
    const schema = SCHEMAS[handler];
    if (!schema) continue;
    const keys = secrets.map((secret) => [secret, randomBytes(36).toString('base64')]);
    const given = { ...variables, ...Object.fromEntries(keys) } as Record<string, string>;
    try {
      readEnvironment(schema, { AWS_REGION: reach.region, ...given });
      findings.expect(true, '');
    } catch (error) {
      findings.expect(false, `${FunctionName} would not start: ${(error as Error).message}`);
    }
  }
  if (functions.worker) await checkEventSources(lambda, name, functions.worker, findings);
}

async function checkEventSources(
  client: LambdaClient,
  name: string,
  FunctionName: string,
  findings: Findings,
): Promise<void> {
  const sources: string[] = [];
  // moto finds none by the name of its function.
  for await (const { EventSourceMappings = [] } of paginateListEventSourceMappings({ client }, {})) {
    for (const { EventSourceArn = '', FunctionArn = '', FunctionResponseTypes = [] } of EventSourceMappings) {
      if (!FunctionArn.endsWith(`:${FunctionName}`)) continue;
      sources.push(EventSourceArn.split(':').at(-1)!);
      findings.same(`${EventSourceArn}: answers`, FunctionResponseTypes, ['ReportBatchItemFailures']);
    }
  }
  const queues = QUEUE_NAMES.flatMap((queue) => [queue, deadLetterQueueOf(queue)]);
  findings.same('the event sources', sources.sort(), queues.map((queue) => `${name}-${queue}`).sort());
}
