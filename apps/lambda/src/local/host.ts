import { handleShutdownSignals, PortTakenError } from '#runtime';
import { once } from 'node:events';
import { type Server } from 'node:http';
import { join } from 'node:path';
import { COMPILED } from './project.js';

/** The compiled handlers, before they are bundled. */
export const HANDLERS = join(COMPILED, 'handlers');

/** As long as Lambda lets a function behind an HTTP API run, in ms. */
export const HTTP_TIMEOUT_MS = 29_000;

/**
 * Listens, tells the process that forked this one, and stops in order on SIGTERM, SIGINT, or the end of that process.
 *
 * @param stop finishes the work in hand
 */
export async function host(
  server: Server,
  address: { port: number; host: string; portVariable: string },
  stop: () => Promise<void>,
): Promise<void> {
  server.listen(address.port, address.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    console.error(new PortTakenError(address.port, address.portVariable).message);
    process.exit(1);
  }
  let isStopping = false;
  const stopOnce = () => {
    if (isStopping) return;
    isStopping = true;
    server.close();
    server.closeIdleConnections();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  handleShutdownSignals({ stop: stopOnce, log: (line) => console.warn(line) });
  process.once('disconnect', stopOnce);
  console.log(`Listening on http://${address.host}:${address.port}`);
  if (process.connected) process.send?.('listening');
}
