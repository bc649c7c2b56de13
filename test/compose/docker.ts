import { spawn } from 'node:child_process';

/** Nothing can be tested: there is no Docker, or none that answers. Printed without a stack. */
export class DockerMissingError extends Error {}

/** A command of Docker's failed. Its message is all that was printed. */
export class DockerError extends Error {}

/**
 * What Docker itself reads. Nothing else is handed on: a variable of this shell that docker-compose.yml takes as well
 * would make another system than the one that is to be tested.
 */
const OWN_VARIABLES =
  /^(?:PATH|HOME|TMPDIR|XDG_\w+|DOCKER_\w+|BUILDX_\w+|\w+_PROXY|USERPROFILE|APPDATA|LOCALAPPDATA|PROGRAM\w+|SYSTEMROOT|TEMP)$/i;

/**
 * @returns what was printed
 * @throws DockerError when it fails, or takes longer than `limitMs`; the reason of `signal`
 */
export async function docker(
  parameters: readonly string[],
  variables: Record<string, string> = {},
  { limitMs = 120_000, signal }: { limitMs?: number; signal?: AbortSignal } = {},
): Promise<string> {
  const child = spawn('docker', parameters, {
    env: { ...ownVariables(), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, or Ctrl-C would stop what is clearing up.
    detached: process.platform !== 'win32',
    timeout: limitMs,
    signal,
  });
  let output = '';
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  }
  const ending = await new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(signal?.aborted ? (signal.reason as Error) : error));
    child.once('close', (status, signal) => resolve(signal ?? String(status)));
  });
  if (ending !== '0')
    throw new DockerError(`docker ${parameters.join(' ')} ended with ${ending}:\n${printed}`);
  return output;
}

/** @throws DockerMissingError that says what is missing */
export async function requireDocker(): Promise<void> {
  const missing = (what: string) => () => {
    throw new DockerMissingError(
      `This test needs Docker with Compose 2.20 or newer: it starts the whole system in containers. ${what}`,
    );
  };
  await docker(['--version']).catch(missing('There is no docker on PATH.'));
  await docker(['compose', 'version']).catch(missing('`docker compose version` fails.'));
  await docker(['info']).catch(missing('Docker does not answer: is it running, and may you use it?'));
}

/** The exit statuses of containers, as they end. */
export class ExitStatuses {
  private printed = '';

  private constructor(private readonly stop: () => void) {}

  /** Of the containers of one compose project. */
  static watch(project: string): ExitStatuses {
    const child = spawn(
      'docker',
      [
        'events',
        ...['--since', String(Math.floor(Date.now() / 1000))],
        ...['--filter', 'type=container', '--filter', 'event=die'],
        ...['--filter', `label=com.docker.compose.project=${project}`],
        ...[
          '--format',
          '{{index .Actor.Attributes "com.docker.compose.service"}} {{.Actor.Attributes.exitCode}}',
        ],
      ],
      { env: ownVariables(), stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const statuses = new ExitStatuses(() => child.kill());
    child.stdout.on('data', (chunk: Buffer) => (statuses.printed += chunk.toString()));
    return statuses;
  }

  /** What was seen so far, by service. */
  get seen(): Record<string, number> {
    const lines = this.printed.split('\n').filter((line) => line !== '');
    return Object.fromEntries(
      lines.map((line) => line.split(' ')).map(([name, status]) => [name, Number(status)]),
    );
  }

  close(): void {
    this.stop();
  }
}

function ownVariables(): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => OWN_VARIABLES.test(name));
  return Object.fromEntries(own) as Record<string, string>;
}
