import 'reflect-metadata';
import { readEnvironment } from '#runtime';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Counter, Registry } from 'prom-client';
import { SalesEnvironment } from '../../apps/sales/src/environment.js';

/** As long as the answer to a sale of one unit. */
const ANSWER = JSON.stringify({
  id: '01900000-0000-7000-8000-000000000000',
  status: 'CONFIRMED',
  lines: [{ sku: 'HOT-000', quantity: 1, unitPriceKrw: 5_900 }],
  totalKrw: 5_900,
  customerEmail: null,
  createdAt: '2026-01-01T00:00:00.000Z',
});

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

/** The ceiling of Node itself: an HTTP server without a framework, validation or database. */
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
