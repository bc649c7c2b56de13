import { type ComposeStack } from './compose-stack.js';

/** What docker-compose.yml has by itself. */
export const OPERATIONS_API_KEY = 'development-only-operations-key';
const REQUEST_LIMIT_MS = 15_000;

export interface Answer {
  status: number;
  body: any;
}

export interface Mail {
  to: string;
  subject: string;
  text: string;
}

/** The system as its users reach it: buyers and operators, and who reads the mails. */
export class Shop {
  constructor(private readonly stack: ComposeStack) {}

  get(path: string): Promise<Answer> {
    return this.ask('GET', `${this.stack.url('sales')}${path}`);
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask('POST', `${this.stack.url('sales')}${path}`, body, headers);
  }

  buy(sku: string, quantity: number, headers: Record<string, string> = {}): Promise<Answer> {
    return this.post('/sales', { lines: [{ sku, quantity }] }, headers);
  }

  /** Buys what is there, as many at a time as one sale may have. */
  async buyOut(sku: string): Promise<void> {
    for (let left = await this.onHand(sku); left > 0; left = await this.onHand(sku)) {
      const { status, body } = await this.buy(sku, Math.min(left, 50));
      if (status !== 201) throw new Error(`${sku} is not sold: ${status} ${JSON.stringify(body)}`);
    }
  }

  async onHand(sku: string): Promise<number> {
    return (await this.get(`/products/${sku}`)).body.stock.onHand;
  }

  /** The newest of its restock orders. */
  async restockOrder(
    sku: string,
  ): Promise<{ id: string; status: string; quantity: number; receivedQuantity: number }> {
    return (await this.get(`/restock-orders?sku=${sku}&limit=1`)).body.items[0];
  }

  async setFaults(faults: Record<string, number>): Promise<void> {
    const { status, body } = await this.ask('PUT', `${this.stack.url('factory')}/faults`, faults);
    if (status !== 200) throw new Error(`The factory refuses these faults: ${JSON.stringify(body)}`);
  }

  /** All that went out, from LocalStack's mailbox. */
  async mails(): Promise<Mail[]> {
    const { body } = await this.ask('GET', `${this.stack.url('localstack')}/_aws/ses`);
    return body.messages.map(({ Destination, Subject, Body }: any) => ({
      to: Destination.ToAddresses[0],
      subject: Subject,
      text: Body.text_part,
    }));
  }

  private async ask(
    method: string,
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await fetch(url, {
      method,
      headers: {
        'x-api-key': OPERATIONS_API_KEY,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }
}
