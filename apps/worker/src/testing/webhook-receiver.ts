import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface Received {
  headers: IncomingHttpHeaders;
  text: string;
  event: { id: string; type: string; sequence: number; data: { id: string; sku: string } };
}

/** One of the shop's own systems. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  answer: (response: ServerResponse, received: Received) => void = (response) =>
    response.writeHead(204).end();
  private server!: Server;
  port = 0;

  async listen(port = this.port): Promise<this> {
    this.server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const received = { headers: request.headers, text, event: JSON.parse(text) as Received['event'] };
        this.received.push(received);
        this.answer(response, received);
      });
    });
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  get url(): string {
    return `http://localhost:${this.port}/events`;
  }

  get ids(): string[] {
    return this.received.map(({ event }) => event.id);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
