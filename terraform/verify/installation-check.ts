import { deadLetterQueueOf, QUEUE_NAMES, queueUrl } from '#queues';
import { readEnvironment } from '#runtime';
import { type CloudWatchClient, paginateDescribeAlarms } from '@aws-sdk/client-cloudwatch';
import { DescribeTaskDefinitionCommand, ECSClient, type TaskDefinition } from '@aws-sdk/client-ecs';
import {
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type TObject } from 'typebox';
import { SalesEnvironment } from '../../apps/sales/src/environment.js';
import { WorkerEnvironment } from '../../apps/worker/src/environment.js';
import { createCloudWatchClient } from './cloudwatch.client.js';
import { type Findings } from './findings.js';
import { checkFunctions } from './functions-check.js';
import { type Reach } from './reach.js';

export interface Installation {
  name: string;
  queueUrlPrefix: string;
  taskFamilies: Record<string, string>;
  /** Names of the functions, where they are the variant. */
  functions: Record<string, string>;
  alarmNames: string[];
}

const MAX_RECEIVE_COUNT = 3;
const VISIBILITY_TIMEOUT_SECONDS = 36;
const DEAD_LETTER_RETENTION_SECONDS = 14 * 24 * 60 * 60;

const SCHEMAS: Record<string, TObject> = { sales: SalesEnvironment, worker: WorkerEnvironment };

/** Asks the services of AWS themselves, by their SDK, whether they hold what the code relies on. */
export async function checkInstallation(reach: Reach, installation: Installation, findings: Findings) {
  await checkQueues(reach, installation, findings);
  const definitions = await checkTasks(new ECSClient(reach), installation, findings);
  await checkFunctions(reach, installation, findings);
  await checkRoles(new IAMClient(reach), installation, definitions, findings);
  await checkAlarms(createCloudWatchClient(reach), installation, findings);
}

async function checkQueues(reach: Reach, { name, queueUrlPrefix }: Installation, findings: Findings) {
  const sqs = new SQSClient(reach);
  // An emulator has a host of its own: what counts is the path.
  const prefix = `${reach.endpoint}${new URL(queueUrlPrefix).pathname}`;
  const attributesOf = async (queue: Parameters<typeof queueUrl>[1]) => {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl(prefix, queue), AttributeNames: ['All'] }),
    );
    return Attributes;
  };
  for (const queue of QUEUE_NAMES) {
    const deadLetterQueue = deadLetterQueueOf(queue);
    const [own, deadLetter] = [await attributesOf(queue), await attributesOf(deadLetterQueue)];
    findings.expect(own.QueueArn?.endsWith(`:${name}-${queue}`) ?? false, `${queue} is ${own.QueueArn}`);
    const redrive = JSON.parse(own.RedrivePolicy ?? '{}') as Record<string, unknown>;
    findings.same(`${queue}: the dead-letter queue`, redrive.deadLetterTargetArn, deadLetter.QueueArn);
    findings.same(`${queue}: receives`, Number(redrive.maxReceiveCount), MAX_RECEIVE_COUNT);
    findings.same(
      `${deadLetterQueue}: retention`,
      Number(deadLetter.MessageRetentionPeriod),
      DEAD_LETTER_RETENTION_SECONDS,
    );
    for (const [which, attributes] of Object.entries({ [queue]: own, [deadLetterQueue]: deadLetter })) {
      findings.same(`${which}: visibility`, Number(attributes.VisibilityTimeout), VISIBILITY_TIMEOUT_SECONDS);
      findings.same(`${which}: encryption`, attributes.SqsManagedSseEnabled, 'true');
      const [statement] = (JSON.parse(attributes.Policy ?? '{"Statement":[]}') as Policy).Statement;
      findings.expect(
        statement?.Effect === 'Deny' && JSON.stringify(statement.Condition).includes('aws:SecureTransport'),
        `${which} takes messages without TLS`,
      );
    }
  }
}

interface Policy {
  Statement: {
    Effect: string;
    Action: string | string[];
    Resource: string | string[];
    Condition?: unknown;
  }[];
}

async function checkTasks(ecs: ECSClient, { taskFamilies }: Installation, findings: Findings) {
  const definitions: Record<string, TaskDefinition> = {};
  for (const [task, family] of Object.entries(taskFamilies)) {
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: family }));
    const [container] = taskDefinition?.containerDefinitions ?? [];
    definitions[task] = taskDefinition!;
    findings.same(`${task}: the container`, container?.name, task);
    findings.same(`${task}: a file system that is only read`, container?.readonlyRootFilesystem, true);
    const schema = SCHEMAS[task];
    if (!schema) continue;
    const variables = Object.fromEntries([
      ...(container?.environment ?? []).map(({ name, value }) => [name!, value!]),
      ...(container?.secrets ?? []).map(({ name }) => [name!, 'a-secret-that-is-longer-than-32-characters']),
    ]) as Record<string, string>;
    try {
      readEnvironment(schema, variables);
      findings.expect(true, '');
    } catch (error) {
      findings.expect(false, `${task} would not start: ${(error as Error).message}`);
    }
    const drainSeconds = Number(variables.DRAIN_DELAY_MS) / 1000;
    findings.expect(
      (container?.stopTimeout ?? 0) > drainSeconds + 60,
      `${task} is killed after ${container?.stopTimeout} s, and drains for ${drainSeconds} s and up to 60 s more`,
    );
  }
  return definitions;
}

async function checkRoles(
  iam: IAMClient,
  { name }: Installation,
  definitions: Record<string, TaskDefinition>,
  findings: Findings,
) {
  const roles = Object.entries(definitions).flatMap(([task, { taskRoleArn = '', executionRoleArn = '' }]) => [
    { role: taskRoleArn.split('/').at(-1)!, wanted: `${name}-${task}-task` },
    { role: executionRoleArn.split('/').at(-1)!, wanted: `${name}-${task}-execution` },
  ]);
  for (const { role: RoleName, wanted } of roles) {
    findings.same('the role', RoleName, wanted);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    const trust = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '');
    findings.expect(trust.includes('ecs-tasks.amazonaws.com'), `${RoleName} is not for tasks`);
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    for (const PolicyName of PolicyNames) {
      const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      const { Statement } = JSON.parse(decodeURIComponent(PolicyDocument)) as Policy;
      for (const { Action, Resource } of Statement) {
        const [actions, resources] = [[Action].flat(), [Resource].flat()];
        findings.expect(!actions.some((action) => action.includes('*')), `${RoleName} may ${actions.join()}`);
        findings.expect(
          !resources.includes('*') || actions.join() === 'ecr:GetAuthorizationToken',
          `${RoleName} may ${actions.join()} anywhere`,
        );
      }
    }
  }
}

async function checkAlarms(client: CloudWatchClient, { name, alarmNames }: Installation, findings: Findings) {
  const found: string[] = [];
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms(
    { client },
    { AlarmNamePrefix: `${name}-` },
  )) {
    for (const { AlarmName = '', AlarmActions = [], OKActions = [] } of MetricAlarms) {
      found.push(AlarmName);
      const topic = `:${name}-operations`;
      findings.expect(
        [...AlarmActions, ...OKActions].filter((action) => action.endsWith(topic)).length === 2,
        `${AlarmName} tells nobody`,
      );
    }
  }
  findings.same('the alarms', found.sort(), [...alarmNames].sort());
}
