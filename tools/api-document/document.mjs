/** Writes the API's document of the compiled sales service into the file that is named: on a new, empty embedded database. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

const [file] = process.argv.slice(2);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'donut-states-document-'));
Object.assign(process.env, {
  DATABASE_URL: path.join(folder, 'warehouse.sqlite'),
  LOG_LEVEL: 'error',
  NODE_ENV: 'development',
  OPERATIONS_API_KEY: 'development-only-operations-key',
  CALLBACK_SIGNING_KEY: 'development-only-callback-signing-key',
  SALE_TOKEN_KEY: 'development-only-sale-token-key-of-everybody',
  // Nobody is called.
  QUEUE_URL_PREFIX: 'http://127.0.0.1:9/',
});
const dist = path.join(import.meta.dirname, '../../dist');
const { readEnvironment } = await import(path.join(dist, 'libs/runtime/src/index.js'));
const { createSalesApplication } = await import(path.join(dist, 'apps/sales/src/application.js'));
const { SalesEnvironment } = await import(path.join(dist, 'apps/sales/src/environment.js'));
const { application } = await createSalesApplication(readEnvironment(SalesEnvironment));
await application.init();
const fastify = application.getHttpAdapter().getInstance();
await fastify.ready();
const { statusCode, body } = await fastify.inject('/openapi.json');
if (statusCode !== 200) throw new Error(`There is no document: ${body}`);
fs.writeFileSync(file, `${JSON.stringify(JSON.parse(body), null, 2)}\n`);
await application.close();
fs.rmSync(folder, { recursive: true });
