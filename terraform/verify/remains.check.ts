import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { ECSClient, ListServicesCommand, ListTaskDefinitionsCommand } from '@aws-sdk/client-ecs';
import { IAMClient, paginateListRoles } from '@aws-sdk/client-iam';
import {
  paginateGetResources,
  ResourceGroupsTaggingAPIClient,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Findings } from './findings.js';
import { type Reach } from './installation.check.js';

/** Looks for what a destroy has left: by the tags that everything has, and by the names of what tells no tags. */
export async function checkRemains(reach: Reach, name: string, environment: string, findings: Findings) {
  const tagged: string[] = [];
  const TagFilters = [{ Key: 'Environment', Values: [environment] }];
  const client = new ResourceGroupsTaggingAPIClient(reach);
  for await (const { ResourceTagMappingList = [] } of paginateGetResources({ client }, { TagFilters })) {
    // A key waits for seven days at least before it is gone, and a task definition stays as inactive.
    const isLeft = ({ ResourceARN = '' }) => !/:(kms|ecs):/.test(ResourceARN);
    tagged.push(...ResourceTagMappingList.filter(isLeft).map(({ ResourceARN }) => ResourceARN!));
  }
  findings.same('what is left, by its tags', tagged, []);

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

  const { MetricAlarms = [] } = await new CloudWatchClient(reach).send(
    new DescribeAlarmsCommand({ AlarmNamePrefix: `${name}-` }),
  );
  findings.same(
    'alarms that are left',
    MetricAlarms.map(({ AlarmName }) => AlarmName),
    [],
  );
}
