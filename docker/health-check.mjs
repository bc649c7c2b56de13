/**
 * Ends with status 0 when the process of this container can do its work, for HEALTHCHECK and its like at ECS: the image
 * has no curl. Its argument is the variable that holds the port.
 */
import { get } from 'node:http';

const TIMEOUT_MS = 4_000;

const port = process.env[process.argv[2]];
const request = get({ host: '127.0.0.1', port, path: '/health/ready', timeout: TIMEOUT_MS }, (response) => {
  console.log(response.statusCode);
  response.pipe(process.stdout);
  process.exitCode = response.statusCode === 200 ? 0 : 1;
});
request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
request.on('error', ({ message }) => {
  console.log(message);
  process.exitCode = 1;
});
