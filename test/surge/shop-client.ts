import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HistoryRecorder, saleAnswer } from '../history/history-recorder.js';
import { OPERATIONS_KEY } from './sales-process.js';

const ANSWER_TIMEOUT_MS = 30_000;
const REPEAT_DELAY_MS = 100;

/** The failure of a request that hung. */
export const NO_ANSWER = `no answer in ${ANSWER_TIMEOUT_MS / 1000} s`;

/** The goods of one buyer. `customerEmail` identifies the buyer of a row, with a key or without. */
export interface Purchase {
  lines: { sku: string; quantity: number }[];
  customerEmail: string;
  idempotencyKey?: string;
}

export interface PurchaseAnswer {
  status: number;
  /** It says `Idempotent-Replayed`. */
  isReplay: boolean;
  text: string;
}

/** A purchase and the answers to its buyer. */
export interface PurchaseRecord {
  purchase: Purchase;
  /** The final answers, in the order of arrival. */
  answers: PurchaseAnswer[];
  /** Requests without a final answer, by status or by the connection's error. Without a key their outcome is unknown. */
  failures: { status?: number; text: string }[];
}

export function recordOf(purchase: Purchase): PurchaseRecord {
  return { purchase, answers: [], failures: [] };
}

/** Buyers and an operator on a fixed number of connections a sales process. The history gets every request. */
export class ShopClient {
  private readonly agent: Agent;

  constructor(
    connections: number,
    private readonly history: HistoryRecorder,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** One request for a sale. Rejects when the connection breaks before the answer is complete. */
  async ask(port: number, { lines, customerEmail, idempotencyKey }: Purchase): Promise<PurchaseAnswer> {
    const operation = {
      type: 'sale' as const,
      client: customerEmail,
      ...(idempotencyKey !== undefined && { key: idempotencyKey }),
      lines: lines.map(({ sku, quantity }): [string, number] => [sku, quantity]),
      start: this.history.start(),
    };
    let answer: PurchaseAnswer | undefined;
    try {
      answer = await this.post(port, '/sales', { lines, customerEmail }, idempotencyKey);
      return answer;
    } finally {
      const end = this.history.end();
      this.history.operation({ ...operation, end, ...(answer && { answer: saleAnswer(answer) }) });
    }
  }

  /** Adds units to a SKU. Repeats the request at the next of `ports` until it is answered, or `isOver`. */
  async adjust(
    ports: readonly number[],
    { sku, delta, reference }: { sku: string; delta: number; reference: string },
    isOver: () => boolean,
  ): Promise<void> {
    for (let attempt = 0; !isOver(); attempt += 1) {
      const operation = {
        type: 'adjustment' as const,
        client: 'operator',
        reference,
        start: this.history.start(),
      };
      const port = ports[attempt % ports.length]!;
      const answer = await this.post(
        port,
        `/products/${sku}/adjustments`,
        { delta, note: reference },
        reference,
      ).catch(() => undefined);
      this.history.operation({
        ...operation,
        end: this.history.end(),
        ...(answer && { answer: { status: answer.status } }),
      });
      if (answer && answer.status < 500) return;
      await sleep(REPEAT_DELAY_MS);
    }
  }

  private async post(
    port: number,
    path: string,
    body: object,
    idempotencyKey?: string,
  ): Promise<PurchaseAnswer> {
    const text = JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          agent: this.agent,
          host: '127.0.0.1',
          port,
          path,
          method: 'POST',
          timeout: ANSWER_TIMEOUT_MS,
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
            ...(path !== '/sales' && { 'x-api-key': OPERATIONS_KEY }),
            ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', reject);
          response.once('end', () =>
            resolve({
              status: response.statusCode!,
              isReplay: response.headers['idempotent-replayed'] === 'true',
              text: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      outgoing.once('timeout', () => outgoing.destroy(new Error(NO_ANSWER)));
      outgoing.once('error', reject);
      outgoing.end(text);
    });
  }

  /**
   * Asks until there is a final answer, each time at the next of `ports`, and adds the outcome to the record.
   * Without a key it asks once: a second request could be a second sale. Gives up when `isOver`.
   *
   * @returns the answer, if there was one
   */
  async buy(
    record: PurchaseRecord,
    ports: readonly number[],
    isOver: () => boolean,
  ): Promise<PurchaseAnswer | undefined> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const answer = await this.ask(ports[attempt % ports.length]!, record.purchase);
        if (answer.status < 500 && answer.status !== 429) {
          record.answers.push(answer);
          return answer;
        }
        record.failures.push(answer);
      } catch (error) {
        record.failures.push({ text: (error as Error).message });
      }
      if (record.purchase.idempotencyKey === undefined || isOver()) return undefined;
      await sleep(REPEAT_DELAY_MS);
    }
  }

  close(): void {
    this.agent.destroy();
  }
}

/** Does `work` for every item in order, for so many at a time. An item is asked for when its turn comes. */
export async function atATime<Item>(
  concurrency: number,
  items: Iterable<Item>,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let index = 0;
  const worker = async () => {
    for (let next = iterator.next(); !next.done; next = iterator.next()) await work(next.value, index++);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
