import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** How long the server may take to finish an answer that it has begun, in ms. */
const LAST_ANSWER_MS = 100;

/** A TCP proxy before MySQL that can be closed, or frozen: connections stay open, and nothing passes. */
export class MysqlProxy {
  private readonly sockets = new Set<Socket>();
  private readonly inbound = new Set<Socket>();
  /** Data that waits while the proxy is frozen. */
  private held: (() => void)[] | undefined;
  private losesAnswers = false;
  private port = 0;
  private readonly server = createServer((inbound) => this.forward(inbound));

  private constructor(private readonly target: URL) {}

  static async open(target: string): Promise<MysqlProxy> {
    const proxy = new MysqlProxy(new URL(target));
    await proxy.listen();
    return proxy;
  }

  get url(): string {
    const url = new URL(this.target);
    url.host = `127.0.0.1:${this.port}`;
    return url.href;
  }

  /** Connections that clients have not closed. */
  get connections(): number {
    return this.inbound.size;
  }

  async listen(): Promise<void> {
    await once(this.server.listen(this.port, '127.0.0.1'), 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  freeze(): void {
    this.held = [];
  }

  thaw(): void {
    const { held = [] } = this;
    this.held = undefined;
    for (const act of held) act();
  }

  /** The next statement passes and is executed. Then the connection breaks before the answer. */
  loseNextAnswer(): void {
    this.losesAnswers = true;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }

  private comeThrough(act: () => void): void {
    if (this.held) this.held.push(act);
    else act();
  }

  /** Breaks after the whole answer of the server: a text of several statements is committed by then. */
  private break(outbound: Socket, inbound: Socket): void {
    this.losesAnswers = false;
    outbound.removeAllListeners('data').resume();
    setTimeout(() => inbound.destroy(), LAST_ANSWER_MS);
  }

  private forward(inbound: Socket): void {
    const outbound = connect(Number(this.target.port), this.target.hostname);
    const pass = (from: Socket, to: Socket) => {
      this.sockets.add(from);
      from.on('error', () => undefined);
      from.on('data', (data) => {
        if (this.losesAnswers && from === outbound) this.break(outbound, inbound);
        else this.comeThrough(() => to.write(data));
      });
      from.on('close', () => {
        this.sockets.delete(from);
        this.comeThrough(() => to.destroy());
      });
    };
    pass(inbound, outbound);
    pass(outbound, inbound);
    this.inbound.add(inbound);
    inbound.on('close', () => this.inbound.delete(inbound));
  }
}
