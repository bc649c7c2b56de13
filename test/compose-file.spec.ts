import { describe, expect, it } from '@jest/globals';
import { QUEUE_NAMES } from '#queues';
import { readEnvironment } from '#runtime';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consumerOptions } from '../apps/worker/src/consumer-options.js';
import { WorkerEnvironment } from '../apps/worker/src/environment.js';
import { COMPOSE_FILE, DEPLOYMENTS } from './environment/deployments.js';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const SERVICES = Object.entries(COMPOSE_FILE.services);

describe('docker-compose.yml', () => {
  it('opens its ports to this machine alone', () => {
    const ports = SERVICES.flatMap(([, { ports = [] }]) => ports);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('names one version of each image', () => {
    const images = SERVICES.flatMap(([, { image }]) => image ?? []);
    expect(images.filter((image) => !/:\d+\.\d+/.test(image))).toEqual([]);
  });

  it('lets nothing write into the applications, which run without any privilege', () => {
    for (const { application } of DEPLOYMENTS.filter(({ place }) => place === 'docker-compose.yml')) {
      expect({ application, ...COMPOSE_FILE.services[application] }).toMatchObject({
        application,
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    }
  });

  it('gives the worker time to finish its messages', () => {
    const { variables } = DEPLOYMENTS.find(
      ({ place, application }) => place === 'docker-compose.yml' && application === 'worker',
    )!;
    const environment = readEnvironment(WorkerEnvironment, variables);
    const drainMs = environment.DRAIN_DELAY_MS + consumerOptions(environment).drainTimeoutMs;
    const graceMs = Number(/^(\d+)s$/.exec(COMPOSE_FILE.services.worker!.stop_grace_period!)![1]) * 1_000;
    expect(graceMs).toBeGreaterThan(drainMs);
  });

  it('makes the queues that the code knows, the last of which its health check asks for', () => {
    const [, made] = /for queue in ([a-z -]+); do/.exec(read('docker/localstack/ready.d/create-queues.sh'))!;
    expect(made!.split(' ').sort()).toEqual([...QUEUE_NAMES].sort());
    for (const service of ['localstack', 'floci']) {
      expect(COMPOSE_FILE.services[service]!.healthcheck!.test.at(-1)).toBe(made!.split(' ').at(-1));
    }
  });

  it('runs the k6 that npm run k6 runs', () => {
    const pattern = /grafana\/k6:[\d.]+/;
    expect(pattern.exec(read('docker/Dockerfile'))![0]).toBe(pattern.exec(read('k6/run/command.mjs'))![0]);
  });
});
