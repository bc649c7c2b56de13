import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  type ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  type Service,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 10_000;
const MIGRATION_LIMIT_MS = 15 * 60_000;
/** Old tasks drain for up to two minutes, one after the other; ECS itself gives a deployment up earlier. */
const ROLLOUT_LIMIT_MS = 30 * 60_000;

/** The simulated factory is there in some environments only. */
const SERVICES = ['sales', 'worker', 'factory'];

/** The services of one environment. What Terraform has made is found by its names. */
export class Cluster {
  constructor(
    private readonly ecs: ECSClient,
    private readonly name: string,
    private readonly pollMs = POLL_MS,
  ) {}

  /** The task definition that each service runs, by service. */
  async revisionsInService(): Promise<Record<string, string>> {
    const services = await this.services(SERVICES);
    return Object.fromEntries(
      services.map(({ serviceName, taskDefinition }) => [serviceName!, taskDefinition!]),
    );
  }

  /**
   * Registers the newest revision of a task again, with another tag of its image. The newest is Terraform's when it has
   * changed something since the last deployment, so that its change goes into service with this one.
   *
   * @returns the ARN of the new revision
   */
  async registerWithTag(task: string, imageTag: string): Promise<string> {
    const { taskDefinition, tags } = await this.ecs.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: `${this.name}-${task}`, include: ['TAGS'] }),
    );
    const containerDefinitions = (taskDefinition?.containerDefinitions ?? []).map((container) => ({
      ...container,
      image: container.image?.replace(/:[^:/]*$/, `:${imageTag}`),
    }));
    const registered = await this.ecs.send(
      new RegisterTaskDefinitionCommand({
        family: taskDefinition?.family,
        taskRoleArn: taskDefinition?.taskRoleArn,
        executionRoleArn: taskDefinition?.executionRoleArn,
        networkMode: taskDefinition?.networkMode,
        containerDefinitions,
        volumes: taskDefinition?.volumes,
        requiresCompatibilities: taskDefinition?.requiresCompatibilities,
        cpu: taskDefinition?.cpu,
        memory: taskDefinition?.memory,
        runtimePlatform: taskDefinition?.runtimePlatform,
        ...(tags && tags.length > 0 ? { tags } : {}),
      } satisfies RegisterTaskDefinitionCommandInput),
    );
    return registered.taskDefinition!.taskDefinitionArn!;
  }

  /**
   * Runs the migration where the worker runs, which reaches the database as well.
   *
   * @throws Error when it does not end with status 0
   */
  async migrate(taskDefinition: string): Promise<void> {
    const [worker] = await this.services(['worker']);
    const { tasks = [], failures = [] } = await this.ecs.send(
      new RunTaskCommand({
        cluster: this.name,
        taskDefinition,
        launchType: 'FARGATE',
        networkConfiguration: worker?.networkConfiguration,
        startedBy: 'deploy',
      }),
    );
    const taskArn = tasks[0]?.taskArn;
    if (!taskArn) throw new Error(`The migration did not start: ${failures[0]?.reason ?? 'no reason given'}`);
    const end = Date.now() + MIGRATION_LIMIT_MS;
    while (Date.now() < end) {
      const described = await this.ecs.send(
        new DescribeTasksCommand({ cluster: this.name, tasks: [taskArn] }),
      );
      const [task] = described.tasks ?? [];
      if (task?.lastStatus === 'STOPPED') {
        const exitCode = task.containers?.[0]?.exitCode;
        if (exitCode === 0) return;
        const reason = task.stoppedReason ?? '';
        throw new Error(
          `The migration ended with ${exitCode ?? 'no status'}: ${reason}. See log /ecs/${this.name}/migrate.`,
        );
      }
      await sleep(this.pollMs);
    }
    throw new Error(
      `The migration ${taskArn} has not ended. It runs on; look at it before you deploy again.`,
    );
  }

  /**
   * Has each service run its revision, and waits until no other is left.
   *
   * @throws Error when ECS gives one up. It has then gone back to the revision before by itself
   */
  async putInService(revisions: [service: string, taskDefinition: string][]): Promise<void> {
    for (const [service, taskDefinition] of revisions) {
      await this.ecs.send(new UpdateServiceCommand({ cluster: this.name, service, taskDefinition }));
    }
    const wanted = new Map(revisions);
    const end = Date.now() + ROLLOUT_LIMIT_MS;
    while (Date.now() < end) {
      const services = await this.services([...wanted.keys()]);
      const failed = services.filter((service) => hasFailed(service, wanted.get(service.serviceName!)!));
      if (failed.length > 0) {
        const [{ serviceName, events = [] }] = failed as [Service];
        throw new Error(`${serviceName} does not get well: ${events[0]?.message ?? ''}`);
      }
      if (services.every((service) => isInService(service, wanted.get(service.serviceName!)!))) return;
      await sleep(this.pollMs);
    }
    throw new Error(`${[...wanted.keys()].join(', ')} were not replaced in time`);
  }

  private async services(names: string[]): Promise<Service[]> {
    const { services = [] } = await this.ecs.send(
      new DescribeServicesCommand({ cluster: this.name, services: names }),
    );
    const active = services.filter(({ status }) => status === 'ACTIVE');
    if (active.length === 0) throw new Error(`The cluster ${this.name} has no service ${names.join(', ')}`);
    return active;
  }
}

function isInService({ deployments = [] }: Service, taskDefinition: string): boolean {
  const [only] = deployments;
  return (
    deployments.length === 1 && only?.taskDefinition === taskDefinition && only.rolloutState !== 'IN_PROGRESS'
  );
}

/** Given up, or replaced by the revision that ECS goes back to. */
function hasFailed({ deployments = [] }: Service, taskDefinition: string): boolean {
  const ours = deployments.find((deployment) => deployment.taskDefinition === taskDefinition);
  return ours === undefined || ours.rolloutState === 'FAILED';
}
