/** The sales function behind an HTTP API on this machine, in place of the sales service. */
import { readEnvironment } from '#runtime';
import { join } from 'node:path';
import { SalesEnvironment } from '../../../sales/src/environment.js';
import { FunctionEnvironments } from './function-environments.js';
import { HANDLERS, host, HTTP_TIMEOUT_MS } from './host.js';
import { createHttpApi } from './http-api.js';

const CONCURRENCY = 10;

const { HOST, SALES_PORT } = readEnvironment(SalesEnvironment);
const sales = new FunctionEnvironments({
  file: join(HANDLERS, 'sales.js'),
  handler: 'sales',
  timeoutMs: HTTP_TIMEOUT_MS,
  concurrency: CONCURRENCY,
});
const server = createHttpApi((event) => sales.invoke(event));
await host(server, { host: HOST, port: SALES_PORT, portVariable: 'SALES_PORT' }, () => sales.stop());
