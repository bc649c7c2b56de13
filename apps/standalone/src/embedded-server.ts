import { handleShutdownSignals } from '#runtime/shutdown-signals';

/** A third-party server in its own process under the supervisor. */
export interface EmbeddedServer {
  stop(): Promise<void>;
}

/**
 * Starts a server with the options that the supervisor gives as JSON in the first argument: this process needs next to
 * nothing of the rest of the system, and so starts fast. Then it tells the supervisor when it listens, and stops it on
 * SIGTERM, SIGINT, or when the supervisor is gone: an orphan would hold the port that the next run needs. Further
 * signals are as {@link handleShutdownSignals} says.
 */
export async function runEmbeddedServer<Options>(
  start: (options: Options) => Promise<EmbeddedServer>,
): Promise<void> {
  // Until it listens it has accepted nothing.
  let stop: () => void = () => process.exit(0);
  handleShutdownSignals({ stop: () => stop(), log: (line) => console.error(line) });
  let server: EmbeddedServer;
  try {
    server = await start(JSON.parse(process.argv[2] ?? '{}') as Options);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }

  let stopping = false;
  stop = () => {
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
  if (!process.send) return;
  process.once('disconnect', stop);
  if (process.connected) process.send('listening');
  else stop();
}
