import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const ANSWER_TIMEOUT_MS = 30_000;
const REPEAT_DELAY_MS = 100;

/** The failure of a request that hung. */
export const NO_ANSWER = `no answer in ${ANSWER_TIMEOUT_MS / 1000} s`;

/** What one buyer wants. `customerEmail` tells whose sale a row is, with a key or without. */
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

/** A purchase and all that its buyer knows of it. */
export interface PurchaseRecord {
  purchase: Purchase;
  /** What was answered for good, in the order of arrival. */
  answers: PurchaseAnswer[];
  /**
   * Requests that were not, by status or by the connection's error. Without a key nobody can tell what became of
   * such a one.
   */
  failures: { status?: number; text: string }[];
}

export function recordOf(purchase: Purchase): PurchaseRecord {
  return { purchase, answers: [], failures: [] };
}

/** Buyers on a fixed number of connections a sales process. */
export class Buyers {
  private readonly agent: Agent;

  constructor(connections: number) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** One request. Rejects when the connection breaks before the answer is whole. */
  async ask(port: number, { lines, customerEmail, idempotencyKey }: Purchase): Promise<PurchaseAnswer> {
    const body = JSON.stringify({ lines, customerEmail });
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          agent: this.agent,
          host: '127.0.0.1',
          port,
          path: '/sales',
          method: 'POST',
          timeout: ANSWER_TIMEOUT_MS,
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
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
      outgoing.end(body);
    });
  }

  /**
   * Asks until there is an answer for good, each time at the next of `ports`, and adds to the record what came of it.
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
