import { devNull } from 'node:os';
import { eventually } from '../../libs/runtime/src/testing/eventually.js';
import { freePorts } from '../../libs/runtime/src/testing/free-ports.js';
import { docker, ExitStatuses } from './docker.js';

/** Beside a system that runs already: containers, volumes and images of this project are its own. */
const PROJECT = 'donut-states-test';
const PORT_VARIABLES = {
  sales: 'SALES_PORT',
  worker: 'WORKER_PORT',
  factory: 'FACTORY_PORT',
  localstack: 'QUEUE_PORT',
  mysql: 'MYSQL_PORT',
} as const;

export type Service = keyof typeof PORT_VARIABLES;
export const SERVICES = Object.keys(PORT_VARIABLES) as Service[];

/** A build from nothing downloads the packages. */
const UP_LIMIT_MS = 900_000;
const DOWN_LIMIT_MS = 180_000;
const EVENT_LIMIT_MS = 10_000;

/** What `docker compose up` makes of docker-compose.yml, as it is for who has set nothing but the ports. */
export class ComposeStack {
  private constructor(
    private readonly variables: Record<string, string>,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Nothing is started yet. What an earlier run may have left is removed.
   *
   * @param signal ends what is being done, but for {@link remove}
   */
  static async prepare(signal: AbortSignal): Promise<ComposeStack> {
    const ports = await freePorts(SERVICES.length);
    const stack = new ComposeStack(
      Object.fromEntries(SERVICES.map((service, index) => [PORT_VARIABLES[service], String(ports[index])])),
      signal,
    );
    await stack.remove();
    return stack;
  }

  /** Resolves when everything is healthy. */
  async up(): Promise<void> {
    await this.compose(['up', '--build', '--detach', '--wait'], UP_LIMIT_MS);
  }

  /** `kill -9`: it stays down. */
  async kill(service: Service): Promise<void> {
    await this.compose(['kill', service]);
  }

  /** Brings one back that was killed, and resolves when it is healthy. */
  async bringBack(service: Service): Promise<void> {
    await this.compose(['up', '--detach', '--wait', '--no-recreate', service]);
  }

  /** Runs a command in a container. @returns what it printed @throws DockerError when it fails */
  async execute(service: Service, command: readonly string[]): Promise<string> {
    return this.compose(['exec', '-T', service, ...command]);
  }

  async isRunning(service: Service): Promise<boolean> {
    const running = await this.compose(['ps', '--services', '--status', 'running']);
    return running.split('\n').includes(service);
  }

  /** In whole megabytes, by service. */
  async imageSizes(): Promise<Record<string, number>> {
    const built = ['sales', 'worker', 'factory', 'migrate'].map((service) => `${PROJECT}-${service}`);
    const sizes = await docker(['image', 'inspect', '--format', '{{.Size}}', ...built]);
    return Object.fromEntries(
      sizes
        .trim()
        .split('\n')
        .map((bytes, index) => [built[index]!, Math.round(Number(bytes) / 1e6)]),
    );
  }

  /** The end of what they have logged. */
  async logs(): Promise<string> {
    return this.composeToTheEnd(['logs', '--no-color', '--tail', '40']);
  }

  /** `docker compose down`. @returns with which status each container ended that was still running */
  async down(): Promise<Record<string, number>> {
    const running = (await this.compose(['ps', '--services', '--status', 'running'])).trim().split('\n');
    const statuses = ExitStatuses.watch(PROJECT);
    try {
      await this.compose(['down'], DOWN_LIMIT_MS);
      // They are told of a moment after.
      await eventually(() => {
        const untold = running.filter((service) => !(service in statuses.seen));
        if (untold.length > 0) throw new Error(`Docker has not told how ${untold.join(', ')} ended`);
      }, EVENT_LIMIT_MS);
      return statuses.seen;
    } finally {
      statuses.close();
    }
  }

  /** With the volumes and the images that were built. */
  async remove(): Promise<void> {
    await this.composeToTheEnd(['down', '--volumes', '--remove-orphans', '--rmi', 'local'], DOWN_LIMIT_MS);
  }

  /** What is left of it on this machine: containers, volumes. */
  async leftovers(): Promise<string[]> {
    const filter = ['--quiet', '--filter', `label=com.docker.compose.project=${PROJECT}`];
    const lists = [await docker(['ps', '--all', ...filter]), await docker(['volume', 'ls', ...filter])];
    return lists.flatMap((list) => list.split('\n')).filter((line) => line !== '');
  }

  /** At which this machine reaches it. */
  url(service: Service): string {
    return `http://127.0.0.1:${this.variables[PORT_VARIABLES[service]]}`;
  }

  private compose(parameters: readonly string[], limitMs?: number): Promise<string> {
    return this.composeToTheEnd(parameters, limitMs, this.signal);
  }

  private composeToTheEnd(
    parameters: readonly string[],
    limitMs?: number,
    signal?: AbortSignal,
  ): Promise<string> {
    // Without the .env and the override file of the person who runs this.
    const own = ['--project-name', PROJECT, '--file', 'docker-compose.yml', '--env-file', devNull];
    return docker(['compose', ...own, ...parameters], this.variables, { limitMs, signal });
  }
}
