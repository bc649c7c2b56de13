import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { eventually } from '../libs/runtime/src/testing/eventually.js';
import { ApiDocument } from './api/api-document.js';
import { COMPUTES, RunningSystem } from './running-system.js';

interface Event {
  id: string;
  type: string;
  sequence: number;
  data: { id?: string; sku?: string };
}

describe.each(COMPUTES)("the shop's own system, told by webhooks on %s", (COMPUTE) => {
  let system: RunningSystem;
  let receiver: Server;
  let secret: string;
  let endpointId: string;
  let isAway = false;
  const events: Event[] = [];

  beforeAll(async () => {
    system = await RunningSystem.start({ COMPUTE });
    receiver = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        if (!isAway)
          events.push(new Webhook(secret).verify(text, request.headers as Record<string, string>) as Event);
        response.writeHead(isAway ? 503 : 204).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/events`;
    ({ secret, id: endpointId } = (await system.post('/webhook-endpoints', { url })).body);
    // As the API says: other processes know of it then.
    await sleep(5_000);
  }, 90_000);

  afterAll(async () => {
    await system.remove();
    receiver.closeAllConnections();
    receiver.close();
  }, 60_000);

  it('hears of a sale, of a product that is sold out, and of its return, as the document says', async () => {
    const sku = await system.newProduct(2);
    const sale = await system.buy(sku, 2);
    const ofProduct = () => events.filter(({ data }) => data.sku === sku).map(({ type }) => type);
    await eventually(
      () => expect(ofProduct()).toEqual(expect.arrayContaining(['stock.sold_out', 'stock.back'])),
      30_000,
    );
    const { token, ...shown } = sale.body;
    await eventually(() => {
      const confirmed = events.filter(({ data }) => data.id === shown.id);
      expect(confirmed).toMatchObject([{ type: 'sale.confirmed', data: shown }]);
    });
    // It is the buyer's alone.
    expect(JSON.stringify(events)).not.toContain(token);
    const document = ApiDocument.committed();
    expect(events.flatMap((event) => document.complaintsAboutEvent(event))).toEqual([]);
  }, 60_000);

  it('hears of everything once it is back, and the log shows it', async () => {
    isAway = true;
    const sku = await system.newProduct(5);
    const sold: string[] = [];
    for (let count = 0; count < 3; count += 1) sold.push((await system.buy(sku, 1)).body.id as string);
    await eventually(async () =>
      expect((await system.get(`/webhook-endpoints/${endpointId}`)).body.awaySince).not.toBeNull(),
    );
    await eventually(async () => {
      const query = `endpointId=${endpointId}&status=PENDING&eventType=sale.confirmed`;
      expect((await system.get(`/webhook-deliveries?${query}`)).body.items).toHaveLength(3);
    });
    isAway = false;
    await eventually(
      () => expect(events.map(({ data }) => data.id)).toEqual(expect.arrayContaining(sold)),
      60_000,
    );
    expect(events.filter(({ data }) => sold.includes(data.id!))).toHaveLength(3);
    expect(new Set(events.map(({ sequence }) => sequence)).size).toBe(events.length);
    await eventually(async () =>
      expect(
        (await system.get(`/webhook-deliveries?endpointId=${endpointId}&status=PENDING`)).body.items,
      ).toEqual([]),
    );
  }, 120_000);
});
