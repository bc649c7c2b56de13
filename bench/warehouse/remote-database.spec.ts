import { describe, expect, it } from '@jest/globals';
import { TEST_DATABASES } from '../../libs/inventory/src/testing/test-database.js';
import mysql from 'mysql2/promise';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { COMMIT_MS, RemoteDatabase, ROUND_TRIP_MS, withSlowCommits } from './remote-database.js';

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `mysql://root@127.0.0.1:${(server.address() as AddressInfo).port}/donut`;
}

describe('a remote database', () => {
  it('gets what is sent in order, a round trip later, and keeps the name of the database', async () => {
    const echo = createServer((socket) => socket.pipe(socket));
    const remote = await RemoteDatabase.start(await listening(echo));
    const { port, pathname, username } = new URL(remote.url);
    expect({ pathname, username }).toEqual({ pathname: '/donut', username: 'root' });
    const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true });
    await once(socket, 'connect');
    let heard = '';
    socket.on('data', (bytes) => (heard += String(bytes)));
    const sent = Array.from({ length: 50 }, (_, number) => `${number};`);
    for (const part of sent) socket.write(part);
    while (heard.length < sent.join('').length) await once(socket, 'data');
    expect(heard).toBe(sent.join(''));
    const began = performance.now();
    for (let trip = 0; trip < 20; trip += 1) {
      socket.write('?');
      await once(socket, 'data');
    }
    expect(performance.now() - began).toBeGreaterThanOrEqual(20 * ROUND_TRIP_MS);
    await remote.stop();
    await new Promise((resolve) => echo.close(resolve));
    expect(socket.destroyed || socket.readableEnded || (await once(socket, 'close'))).toBeTruthy();
  });
});

if (TEST_DATABASES.includes('mysql')) {
  const url = process.env.TEST_MYSQL_URL!;
  describe('slow commits', () => {
    async function delayMicros(): Promise<number> {
      const connection = await mysql.createConnection(url);
      const [rows] = await connection
        .query<mysql.RowDataPacket[]>('SELECT @@GLOBAL.binlog_group_commit_sync_delay AS micros')
        .finally(() => connection.end());
      return Number(rows[0]!.micros);
    }

    it('hold during the work, and the server is as it was afterwards, also when the work fails', async () => {
      const before = await delayMicros();
      expect(before).not.toBe(COMMIT_MS * 1_000);
      await withSlowCommits(url, async () => expect(await delayMicros()).toBe(COMMIT_MS * 1_000));
      expect(await delayMicros()).toBe(before);
      await expect(withSlowCommits(url, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
      expect(await delayMicros()).toBe(before);
    });
  });
}
