import { type ECSClient } from '@aws-sdk/client-ecs';
import { describe, expect, it } from '@jest/globals';
import { Cluster } from './cluster.js';

/** An ECS of one cluster, whose next deployment gets well or does not. */
class FakeEcs {
  readonly asked: string[] = [];
  readonly registered: Record<string, any>[] = [];
  exitCode = 0;
  getsWell = true;
  private readonly running = new Map([
    ['sales', 'shop-sales:1'],
    ['worker', 'shop-worker:1'],
  ]);

  readonly client = {
    send: async ({ constructor, input }: { constructor: { name: string }; input: any }) => {
      const name = constructor.name.replace(/Command$/, '');
      this.asked.push(name);
      return (this as Record<string, any>)[name](input);
    },
  } as unknown as ECSClient;

  DescribeServices({ services }: { services: string[] }) {
    const found = services.filter((service) => this.running.has(service));
    return {
      services: found.map((serviceName) => ({
        serviceName,
        status: 'ACTIVE',
        taskDefinition: this.running.get(serviceName),
        deployments: [{ taskDefinition: this.running.get(serviceName), rolloutState: 'COMPLETED' }],
        networkConfiguration: { awsvpcConfiguration: { subnets: [`subnet-of-${serviceName}`] } },
        events: [{ message: 'tasks failed to start' }],
      })),
    };
  }

  DescribeTaskDefinition({ taskDefinition }: { taskDefinition: string }) {
    const container = { name: 'it', image: 'registry.example:5000/shop/it:old', environment: [] };
    return {
      taskDefinition: { family: taskDefinition, cpu: '256', containerDefinitions: [container] },
      tags: [],
    };
  }

  RegisterTaskDefinition(input: Record<string, any>) {
    this.registered.push(input);
    return { taskDefinition: { taskDefinitionArn: `${input.family}:2` } };
  }

  RunTask(input: Record<string, any>) {
    return { tasks: [{ taskArn: JSON.stringify(input.networkConfiguration) }] };
  }

  DescribeTasks() {
    return {
      tasks: [{ lastStatus: 'STOPPED', stoppedReason: 'ended', containers: [{ exitCode: this.exitCode }] }],
    };
  }

  UpdateService({ service, taskDefinition }: { service: string; taskDefinition: string }) {
    // The circuit breaker has gone back to the revision before.
    if (this.getsWell) this.running.set(service, taskDefinition);
  }
}

const clusterOf = (ecs: FakeEcs) => new Cluster(ecs.client, 'shop', 1);

describe('a deployment', () => {
  it('finds the running services, without the factory where there is none', async () => {
    const revisions = await clusterOf(new FakeEcs()).revisionsInService();
    expect(revisions).toEqual({ sales: 'shop-sales:1', worker: 'shop-worker:1' });
  });

  it('changes the tag of the image, and nothing else of the task definition', async () => {
    const ecs = new FakeEcs();
    expect(await clusterOf(ecs).registerWithTag('sales', 'v2')).toBe('shop-sales:2');
    expect(ecs.registered).toEqual([
      {
        family: 'shop-sales',
        cpu: '256',
        containerDefinitions: [{ name: 'it', image: 'registry.example:5000/shop/it:v2', environment: [] }],
      },
    ]);
  });

  it('ends when the migration fails, and says with which status', async () => {
    const ecs = new FakeEcs();
    await clusterOf(ecs).migrate('shop-migrate:2');
    ecs.exitCode = 1;
    await expect(clusterOf(ecs).migrate('shop-migrate:2')).rejects.toThrow(
      'The migration ended with 1: ended.',
    );
  });

  it('waits until the services run their revisions', async () => {
    const ecs = new FakeEcs();
    await clusterOf(ecs).putInService([['sales', 'shop-sales:2']]);
    expect((await clusterOf(ecs).revisionsInService()).sales).toBe('shop-sales:2');
  });

  it('fails when ECS has gone back to the revision before by itself', async () => {
    const ecs = new FakeEcs();
    ecs.getsWell = false;
    const putting = clusterOf(ecs).putInService([['sales', 'shop-sales:2']]);
    await expect(putting).rejects.toThrow('sales does not get well: tasks failed to start');
  });
});
