import mysql from 'mysql2/promise';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What a managed database with a standby in another data centre takes longer: a round trip, and a commit. */
export const ROUND_TRIP_MS = 1;
export const COMMIT_MS = 5;

/** A database that is a round trip away: what is sent to it arrives {@link ROUND_TRIP_MS} later, in order. */
export class RemoteDatabase {
  private constructor(
    readonly url: string,
    private readonly server: Server,
    private readonly sockets: ReadonlySet<Socket>,
  ) {}

  /** @param nearUrl the database itself */
  static async start(nearUrl: string): Promise<RemoteDatabase> {
    const { hostname, port } = new URL(nearUrl);
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true }, (client) => {
      const database = connect({ host: hostname, port: Number(port || 3306), noDelay: true });
      for (const [socket, other] of [
        [client, database],
        [database, client],
      ] as const) {
        sockets.add(socket);
        socket.once('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
        socket.on('error', () => other.destroy());
      }
      client.on('data', (bytes) => setTimeout(() => database.write(bytes), ROUND_TRIP_MS));
      database.on('data', (bytes) => client.write(bytes));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(nearUrl);
    url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new RemoteDatabase(url.href, server, sockets);
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }
}

/**
 * Every commit on the server takes {@link COMMIT_MS} longer during `work`, with its row locks held: MySQL waits before it
 * syncs the binary log. Afterwards the server is as it was.
 *
 * @throws the driver's error where the user may not set global variables
 */
export async function withSlowCommits<T>(url: string, work: () => Promise<T>): Promise<T> {
  const connection = await mysql.createConnection(url);
  try {
    const [rows] = await connection.query<mysql.RowDataPacket[]>(
      'SELECT @@GLOBAL.binlog_group_commit_sync_delay AS delayMicros',
    );
    const set = (micros: number) =>
      connection.query('SET GLOBAL binlog_group_commit_sync_delay = ?', [micros]);
    await set(COMMIT_MS * 1_000);
    return await work().finally(() => set(Number(rows[0]!.delayMicros)));
  } finally {
    await connection.end();
  }
}
