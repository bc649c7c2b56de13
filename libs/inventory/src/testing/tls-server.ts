import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { KEY, LOCALHOST_CERTIFICATE } from './tls-certificates.js';

/** Length of the packet by which a MySQL client requests TLS: 4 bytes of header, 32 of body. */
const TLS_REQUEST_BYTES = 36;

/** Speaks MySQL's protocol up to the client's user name. Records the client's bytes, in clear text and under TLS. */
export class TlsServer {
  clear = '';
  encrypted = '';
  private readonly server: Server;

  /** @param certificate null: the server offers no TLS */
  constructor(private readonly certificate: string | null = LOCALHOST_CERTIFICATE) {
    this.server = createServer((socket) => this.greet(socket));
  }

  async listen(): Promise<number> {
    this.server.listen(0);
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
  }

  private greet(socket: Socket): void {
    socket.on('error', () => undefined);
    socket.write(greeting(this.certificate !== null));
    socket.on('readable', () => {
      const request = socket.read(TLS_REQUEST_BYTES) as Buffer | null;
      if (request === null) return;
      socket.removeAllListeners('readable');
      this.clear += request.toString('latin1');
      if (this.certificate === null) return void socket.destroy();
      const secure = new TLSSocket(socket, { isServer: true, key: KEY, cert: this.certificate });
      secure.on('error', () => undefined);
      secure.on('data', (data: Buffer) => {
        this.encrypted += data.toString('latin1');
        secure.destroy();
      });
    });
  }
}

/** The first packet of protocol 10: version, thread, salt and the server's capabilities. */
function greeting(offersTls: boolean): Buffer {
  // Protocol 4.1, a hashed password, plugins; 0x800 is TLS.
  const capabilities = 0x00_08_82_00 | (offersTls ? 0x800 : 0);
  const body = Buffer.concat([
    Buffer.from([10]),
    Buffer.from('8.4.0\0'),
    Buffer.from([1, 0, 0, 0]),
    Buffer.from('salt-of8'),
    Buffer.from([0]),
    Buffer.from([capabilities & 0xff, (capabilities >> 8) & 0xff]),
    Buffer.from([255, 2, 0]),
    Buffer.from([(capabilities >> 16) & 0xff, (capabilities >> 24) & 0xff]),
    Buffer.from([21]),
    Buffer.alloc(10),
    Buffer.from('salt-of-twelve'.slice(0, 12)),
    Buffer.from([0]),
    Buffer.from('mysql_native_password\0'),
  ]);
  return Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body]);
}
