import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { HealthModule } from './health.module.js';
import { createHttpApplication } from './http-application.js';

const HALF_A_BODY =
  'POST /health/live HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n1';

describe('an application that listens', () => {
  let application: NestFastifyApplication;
  let clients: Socket[];

  beforeEach(async () => {
    clients = [];
    application = await createHttpApplication(HealthModule, { logger: false, maxConnections: 2 });
    await application.listen(0, '127.0.0.1');
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    await application.close();
  });

  const connectOnce = (): Socket => {
    const { port } = application.getHttpServer().address() as AddressInfo;
    const client = connect(port, '127.0.0.1');
    client.on('error', () => undefined).resume();
    clients.push(client);
    return client;
  };
  const closeOf = (client: Socket) => new Promise((resolve) => client.on('close', resolve));
  const open = async (): Promise<Socket> => {
    const client = connectOnce();
    await once(client, 'connect');
    return client;
  };
  const countConnections = () =>
    new Promise<number>((resolve) =>
      application.getHttpServer().getConnections((_: unknown, count: number) => resolve(count)),
    );
  const answers = async (client: Socket): Promise<void> => {
    client.write('GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(client, 'data');
  };

  it('closes the connections above its limit, counts them, and serves those below it', async () => {
    const [first, second] = [await open(), await open()];
    await Promise.all([answers(first), answers(second)]);
    for (let count = 0; count < 3; count += 1) await closeOf(connectOnce());
    const dropped = application.get(Registry).getSingleMetric('donut_states_connections_dropped_total');
    expect((await dropped!.get()).values).toEqual([{ labels: {}, value: 3 }]);
    await answers(first);
    second.destroy();
    while ((await countConnections()) > 1) await sleep(5);
    await answers(await open());
  });

  it('closes although a client holds half a request open, which Node would wait for', async () => {
    const client = await open();
    client.write(HALF_A_BODY);
    await once(application.getHttpServer(), 'request');
    await application.close();
    expect(application.getHttpServer().listening).toBe(false);
  }, 30_000);
});
