import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/**
 * Reads that emulators do not know, and what AWS answers where the feature is not used. Without an answer Terraform's
 * provider asks 25 times, for seven minutes, and then gives the load balancer up.
 */
const UNKNOWN_READS: Record<string, string> = {
  DescribeCapacityReservation:
    '<DescribeCapacityReservationResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">' +
    '<DescribeCapacityReservationResult><CapacityReservationState/></DescribeCapacityReservationResult>' +
    '</DescribeCapacityReservationResponse>',
};

/** Stands before an emulator, and answers those reads that the emulator refuses. All else goes through as it is. */
export class EndpointProxy {
  /** Reads that were answered here. */
  readonly answered = new Set<string>();
  private readonly server: Server;

  constructor(private readonly endpoint: string) {
    this.server = createServer((request, response) => {
      this.pass(request, response).catch((error: Error) => response.writeHead(502).end(error.message));
    });
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const headers = Object.entries(request.headers).flatMap(([name, value]) =>
      HOP_BY_HOP.has(name) ? [] : [[name, String(value)] as [string, string]],
    );
    const answer = await fetch(`${this.endpoint}${request.url!.replace(WITHOUT_SLASH, '$&/')}`, {
      method: request.method ?? 'GET',
      headers,
      body: body.length > 0 ? body : null,
      redirect: 'manual',
    });
    const read = /(?:^|&)Action=(\w+)/.exec(body.toString('latin1'))?.[1] ?? '';
    if (answer.status >= 400 && read in UNKNOWN_READS) {
      this.answered.add(read);
      response.writeHead(200, { 'content-type': 'text/xml' }).end(UNKNOWN_READS[read]);
      return;
    }
    // What fetch has unpacked has another length than its header says.
    const kept = [...answer.headers].filter(([name]) => !HOP_BY_HOP.has(name) && name !== 'content-encoding');
    const content = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, Object.fromEntries(kept));
    response.end(request.method === 'HEAD' ? undefined : content);
  }
}

/** A path of AWS that moto knows with a slash at its end alone. */
const WITHOUT_SLASH = /^\/2015-03-31\/event-source-mappings(?=$|\?)/;

/** Headers of one connection, which are not those of the next. The host stays: queues are named after it. */
const HOP_BY_HOP = new Set(['connection', 'content-length', 'expect', 'keep-alive', 'transfer-encoding']);
