/** A server of somebody else's that runs in a process of its own under the supervisor. */
export interface EmbeddedServer {
  stop(): Promise<void>;
}

/**
 * Starts a server with the options that the supervisor gives as JSON in the first argument: this process needs
 * nothing of the rest of the system, and so starts fast. Then it tells the supervisor when it listens, and stops it on SIGTERM, SIGINT, or when the supervisor is
 * gone: an orphan would hold the port that the next run needs. Signals that repeat themselves do no harm.
 */
export async function runEmbeddedServer<Options>(
  start: (options: Options) => Promise<EmbeddedServer>,
): Promise<void> {
  let server: EmbeddedServer;
  try {
    server = await start(JSON.parse(process.argv[2] ?? '{}') as Options);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (!process.send) return;
  process.once('disconnect', stop);
  if (process.connected) process.send('listening');
  else stop();
}
