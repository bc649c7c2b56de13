import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
} from '@aws-sdk/client-ecs';
import { IAMClient, paginateListRoles } from '@aws-sdk/client-iam';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { createCloudWatchClient } from './cloudwatch.client.js';
import { type Findings } from './findings.js';
import { type Reach } from './reach.js';

/** Asks the services themselves for what a destroy has left, by its name. */
export async function checkRemains(reach: Reach, name: string, findings: Findings): Promise<void> {
  const { QueueUrls = [] } = await new SQSClient(reach).send(
    new ListQueuesCommand({ QueueNamePrefix: name }),
  );
  findings.same('queues that are left', QueueUrls, []);

  // Both stay listed as inactive for a while.
  const ecs = new ECSClient(reach);
  const { taskDefinitionArns = [] } = await ecs.send(new ListTaskDefinitionsCommand({ status: 'ACTIVE' }));
  const active: string[] = [];
  for (const arn of taskDefinitionArns.filter((known) => known.includes(`/${name}-`))) {
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: arn }));
    if (taskDefinition?.status !== 'INACTIVE') active.push(arn);
  }
  findings.same('task definitions that are left', active, []);
  const services = await ecs
    .send(new DescribeServicesCommand({ cluster: name, services: ['sales', 'worker', 'factory'] }))
    .then(
      ({ services: known = [] }) => known.filter(({ status }) => status !== 'INACTIVE'),
      // Its cluster is gone.
      () => [],
    );
  findings.same(
    'services that are left',
    services.map(({ serviceName }) => serviceName),
    [],
  );

  const roles: string[] = [];
  for await (const { Roles = [] } of paginateListRoles({ client: new IAMClient(reach) }, {})) {
    roles.push(...Roles.map(({ RoleName }) => RoleName!).filter((role) => role.startsWith(`${name}-`)));
  }
  findings.same('roles that are left', roles, []);

  const { MetricAlarms = [] } = await createCloudWatchClient(reach).send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: `${name}-` }),
  );
  findings.same(
    'alarms that are left',
    MetricAlarms.map(({ AlarmName }) => AlarmName),
    [],
  );
}
