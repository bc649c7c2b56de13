import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from './start-error.js';

export interface PortUse {
  host: string;
  port: number;
  /** The variable that moves it. */
  variable: string;
  /** The server that listens there. */
  purpose: string;
}

/** How long the processes of a run that was killed are waited for, in ms: they stop as soon as they notice. */
const ORPHAN_WAIT_MS = 15_000;
const ORPHAN_POLL_MS = 250;

/**
 * Resolves when every port can be listened on.
 *
 * @param previousRunWasKilled its processes may hold the ports for a few more seconds: wait for them
 * @throws StartError that names all unusable ports at once, so that they are mended in one go
 */
export async function requireFreePorts(
  uses: readonly PortUse[],
  previousRunWasKilled: boolean,
  onWait: () => void,
  waitMs = ORPHAN_WAIT_MS,
): Promise<void> {
  const doubles = uses.flatMap((use, index) =>
    uses
      .slice(0, index)
      .filter((other) => other.port === use.port)
      .map((other) => [other, use] as const),
  );
  if (doubles.length > 0) {
    throw new StartError(
      doubles
        .map(
          ([one, other]) =>
            `${one.variable} and ${other.variable} are both ${other.port}: set one to another port.`,
        )
        .join('\n'),
    );
  }

  let faults = await findFaults(uses);
  if (faults.length > 0 && previousRunWasKilled) {
    onWait();
    for (let waitedMs = 0; faults.length > 0 && waitedMs < waitMs; waitedMs += ORPHAN_POLL_MS) {
      await sleep(ORPHAN_POLL_MS);
      faults = await findFaults(uses);
    }
  }
  if (faults.length > 0) {
    throw new StartError(
      `Cannot start:\n${faults.map((fault) => `  - ${fault}`).join('\n')}\n` +
        `Stop the programs that use these ports, or choose others, for example: ${example(uses)}`,
    );
  }
}

async function findFaults(uses: readonly PortUse[]): Promise<string[]> {
  const faults = await Promise.all(
    uses.map(async (use) => {
      const code = await tryToListen(use);
      if (code === undefined) return undefined;
      const place = `port ${use.port} for ${use.purpose} (variable ${use.variable})`;
      if (code === 'EADDRINUSE') return `${place} is taken by another program`;
      if (code === 'EACCES') return `${place} is not open to ordinary users: choose one above 1023`;
      return `${place}: cannot listen on HOST ${use.host} (${code})`;
    }),
  );
  return faults.filter((fault) => fault !== undefined);
}

/** The code of what went wrong, `undefined` when nothing did. */
function tryToListen({ host, port }: PortUse): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

function example(uses: readonly PortUse[]): string {
  const [use] = uses;
  const assignment = `${use?.variable}=${(use?.port ?? 0) + 10_000}`;
  return process.platform === 'win32' ? `set ${assignment}&& npm start` : `${assignment} npm start`;
}
