import { runEmbeddedServer } from './embedded-server.js';
import { startQueueServer } from './queue-server.js';

/** The queue process of a local run. */
await runEmbeddedServer(startQueueServer);
