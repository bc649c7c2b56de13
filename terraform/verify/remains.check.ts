import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { ECSClient, ListServicesCommand, ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs';
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

  const ecs = new ECSClient(reach);
  const { taskDefinitionArns = [] } = await ecs.send(new ListTaskDefinitionsCommand({ status: 'ACTIVE' }));
  findings.same(
    'task definitions that are left',
    taskDefinitionArns.filter((arn) => arn.includes(`/${name}-`)),
    [],
  );
  const services = await ecs.send(new ListServicesCommand({ cluster: name })).then(
    ({ serviceArns = [] }) => serviceArns,
    () => [],
  );
  findings.same('services that are left', services, []);

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
