import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type IncomingMessage } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';

/** Operators and machines that watch are few. Apart from the public port's, so that a flood there does not blind them. */
const MAX_CONNECTIONS = 100;

/**
 * A second port of an application, for those who run it. Its connections go to the application's own HTTP server, so
 * all time limits hold for them, and closing the application ends them. The application tells its requests by
 * {@link owns}.
 */
export class AdminPort {
  private readonly sockets = new WeakSet<Socket>();
  private readonly server: Server;

  /** To be made before the application is initialised. */
  constructor(private readonly application: NestFastifyApplication) {
    const http = application.getHttpServer();
    // As Node's HTTP server makes its own.
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.sockets.add(socket);
      http.emit('connection', socket);
    });
    this.server.maxConnections = MAX_CONNECTIONS;
    application
      .getHttpAdapter()
      .getInstance()
      .addHook('preClose', (done) => {
        this.server.close();
        done();
      });
  }

  /** @throws Error with the code EADDRINUSE when the port is taken */
  async listen(port: number, host: string): Promise<void> {
    // Not listen() of Nest, which would open the public port: until the routes are there, every path would be 404.
    await this.application.init();
    await this.application.getHttpAdapter().getInstance().ready();
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, host, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
  }

  /** Whether a request arrived at this port. */
  owns({ socket }: Pick<IncomingMessage, 'socket'>): boolean {
    return this.sockets.has(socket);
  }

  /** The port that it listens on. */
  get port(): number | undefined {
    const address = this.server.address();
    return typeof address === 'object' ? address?.port : undefined;
  }
}
