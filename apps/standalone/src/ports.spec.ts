import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type PortUse, requireFreePorts } from './ports.js';

const servers: Server[] = [];

async function occupy(): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function release(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
}

describe('requireFreePorts', () => {
  let sales: PortUse;
  let queue: PortUse;

  beforeEach(async () => {
    sales = { host: '127.0.0.1', port: await occupy(), variable: 'SALES_PORT', purpose: 'the sales API' };
    queue = { host: '127.0.0.1', port: await occupy(), variable: 'QUEUE_PORT', purpose: 'the queue' };
  });
  afterEach(release);

  it('names every taken port and its variable in one message', async () => {
    const check = requireFreePorts([sales, queue], false, jest.fn());
    await expect(check).rejects.toThrow(
      `port ${sales.port} for the sales API (variable SALES_PORT) is taken by another program`,
    );
    await expect(check).rejects.toThrow(
      `port ${queue.port} for the queue (variable QUEUE_PORT) is taken by another program`,
    );
  });

  it('leaves free ports free', async () => {
    await release();
    await requireFreePorts([sales, queue], false, jest.fn());
    await requireFreePorts([sales, queue], false, jest.fn());
  });

  it('refuses one port for two servers', async () => {
    await expect(requireFreePorts([sales, { ...queue, port: sales.port }], false, jest.fn())).rejects.toThrow(
      `SALES_PORT and QUEUE_PORT are both ${sales.port}`,
    );
  });

  it('says that an address is not of this machine', async () => {
    // 192.0.2.0/24 is kept for documentation: no machine has it.
    await expect(requireFreePorts([{ ...sales, host: '192.0.2.1' }], false, jest.fn())).rejects.toThrow(
      /cannot listen on HOST 192\.0\.2\.1/,
    );
  });

  it('waits for the processes of a run that was killed', async () => {
    const onWait = jest.fn();
    const check = requireFreePorts([sales, queue], true, onWait);
    setTimeout(() => void release(), 400);
    await check;
    expect(onWait).toHaveBeenCalledTimes(1);
  });

  it('gives up on ports that a killed run does not free', async () => {
    await expect(requireFreePorts([sales], true, jest.fn(), 500)).rejects.toThrow(/taken by another program/);
  });
});
