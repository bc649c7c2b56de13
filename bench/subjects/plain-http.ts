import 'reflect-metadata';
import { readEnvironment } from '#runtime';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Counter, Registry } from 'prom-client';
import { SalesEnvironment } from '../../apps/sales/src/environment.js';
import { HOT_SKU } from '../scenarios.js';
import { fixedSale } from './no-op.js';

// The ceiling of Node itself: an HTTP server without a framework, validation or database.

/** That of the no-op, so that as many bytes are sent. */
const ANSWER = Buffer.from(JSON.stringify(fixedSale({ lines: [{ sku: HOT_SKU, quantity: 1 }] })));

const HEADERS = { 'content-type': 'application/json; charset=utf-8', 'content-length': ANSWER.length };

/** The counter of the sales service: the bench reads it of every subject. */
const registry = new Registry();
const confirmed = new Counter({
  name: 'donut_states_sales_total',
  help: 'Answered requests for a sale, by outcome.',
  labelNames: ['outcome'],
  registers: [registry],
}).labels('confirmed');

/** Reads and parses the body, as any service must, and answers always the same. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (part: string) => (body += part));
  request.on('end', () => {
    JSON.parse(body);
    confirmed.inc();
    response.writeHead(201, HEADERS).end(ANSWER);
  });
}

async function showMetrics(response: ServerResponse): Promise<void> {
  response.setHeader('content-type', registry.contentType).end(await registry.metrics());
}

const { HOST, SALES_PORT } = readEnvironment(SalesEnvironment);
const server = createServer((request, response) => {
  if (request.method === 'POST') answer(request, response);
  else void showMetrics(response);
});
// Without the bench, nobody would stop it.
process.once('disconnect', () => {
  server.close();
  server.closeAllConnections();
});
server.listen(SALES_PORT, HOST, () => process.send?.('ready'));
