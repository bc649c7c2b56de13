import { runEmbeddedServer } from './embedded-server.js';
import { startMailServer } from './mail-server.js';

/** The mail process of a local run. */
await runEmbeddedServer(startMailServer);
