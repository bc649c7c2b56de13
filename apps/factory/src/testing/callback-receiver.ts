import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type ManufactureCallback } from '../manufacture.js';

/** An HTTP server that notes the callbacks it gets, in the order in which they come. */
export class CallbackReceiver {
  readonly callbacks: ManufactureCallback[] = [];
  /** Statuses of the next answers; when used up, `answer` decides. */
  readonly nextAnswers: number[] = [];
  answer = 200;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<CallbackReceiver> {
    const server = createServer();
    const receiver = new CallbackReceiver(server);
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        receiver.callbacks.push(JSON.parse(body) as ManufactureCallback);
        response.writeHead(receiver.nextAnswers.shift() ?? receiver.answer).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  /** A URL of this server, with a query as the shop's own URLs have. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/goods-receipts/7?signature=secret`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
