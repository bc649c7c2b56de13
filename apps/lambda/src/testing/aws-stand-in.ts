import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface AwsRequest {
  method: string;
  path: string;
  /** The operation, where the service names it in a header. */
  target: string | undefined;
  body: Record<string, unknown>;
}

/** A service of AWS, in this process: it remembers what it was asked, and answers as the test says. */
export class AwsStandIn {
  readonly requests: AwsRequest[] = [];
  private server!: Server;

  private constructor(private readonly answer: (request: AwsRequest) => object) {}

  static async listen(answer: (request: AwsRequest) => object): Promise<AwsStandIn> {
    const standIn = new AwsStandIn(answer);
    standIn.server = createServer((incoming, response) => {
      void standIn.take(incoming).then((body) => {
        response.setHeader('content-type', 'application/x-amz-json-1.1');
        response.end(JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => standIn.server.listen(0, '127.0.0.1', resolve));
    return standIn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async take(incoming: IncomingMessage): Promise<object> {
    const body = incoming.headers['content-length'] ? await json(incoming) : {};
    const request: AwsRequest = {
      method: incoming.method!,
      path: incoming.url!,
      target: incoming.headers['x-amz-target']?.toString().split('.')[1],
      body: body as Record<string, unknown>,
    };
    this.requests.push(request);
    return this.answer(request);
  }
}
