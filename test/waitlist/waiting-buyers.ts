import { setTimeout as sleep } from 'node:timers/promises';
import { type SeededRandom } from '../../apps/factory/src/random.js';
import { type Answer, type RunningSystem } from '../running-system.js';
import { atATime } from '../surge/shop-client.js';

const CONNECTIONS = 50;
const REPEAT_DELAY_MS = 100;

/** How long a buyer repeats a request without a final answer, in ms. */
const PATIENCE_MS = 180_000;

/** A buyer who would wait, and the sale that the answers name. */
export interface Buyer {
  key: string;
  lines: { sku: string; quantity: number }[];
  customerEmail?: string;
  /** When the first request was sent and the first final answer was there, by `performance.now()`. */
  startMs: number;
  endMs: number;
  /** Of each final answer. */
  answers: { status: number; saleId: string; isReplay: boolean }[];
}

/** Repeats a request until there is a final answer, as a client may that sends an idempotency key. */
export async function persistently(request: () => Promise<Answer>): Promise<Answer> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await request().catch((error: unknown) => error as Error);
    if (!(answer instanceof Error) && answer.status < 500 && answer.status !== 429) return answer;
    if (performance.now() > end) throw new Error('unanswered', { cause: answer });
    await sleep(REPEAT_DELAY_MS);
  }
}

/** Buyers of 1 to 3 units: of one SKU, every fifth of two neighbouring ones. Every tenth leaves an address. */
export function waitingBuyers(
  name: string,
  count: number,
  skus: readonly string[],
  random: SeededRandom,
): Buyer[] {
  return Array.from({ length: count }, (_, buyer) => {
    const first = Math.floor(random.next() * skus.length);
    const wanted = buyer % 5 === 0 ? [first, (first + 1) % skus.length] : [first];
    return {
      key: `${name}-${buyer}`,
      lines: wanted.map((index) => ({ sku: skus[index]!, quantity: 1 + Math.floor(random.next() * 3) })),
      ...(buyer % 10 === 0 && { customerEmail: `${name}-${buyer}@example.com`.toLowerCase() }),
      ...{ startMs: 0, endMs: 0, answers: [] },
    };
  });
}

/**
 * Places all of the sales, so many at a time. Every eighth buyer sends the request twice at once, every seventh repeats it when all
 * are placed.
 *
 * @param onPlaced at the first final answer to a buyer
 */
export async function placeAll(
  system: RunningSystem,
  buyers: readonly Buyer[],
  onPlaced: (buyer: Buyer) => void,
): Promise<void> {
  const ask = async (buyer: Buyer) => {
    const { key, lines, customerEmail } = buyer;
    const body = { lines, onShortage: 'backorder', ...(customerEmail && { customerEmail }) };
    const {
      status,
      headers,
      body: sale,
    } = await persistently(() => system.post('/sales', body, { 'Idempotency-Key': key }));
    const isFirst = buyer.answers.length === 0;
    if (isFirst) buyer.endMs = performance.now();
    buyer.answers.push({ status, saleId: sale.id, isReplay: headers.has('Idempotent-Replayed') });
    if (isFirst) onPlaced(buyer);
  };
  await atATime(CONNECTIONS, buyers, async (buyer, index) => {
    buyer.startMs = performance.now();
    await Promise.all(index % 8 === 0 ? [ask(buyer), ask(buyer)] : [ask(buyer)]);
  });
  await atATime(
    CONNECTIONS,
    buyers.filter((_, index) => index % 7 === 0),
    ask,
  );
}

/** What is wrong with the answers: each buyer has one sale, which waited, or was filled when the request was repeated. */
export function answerFaults(buyers: readonly Buyer[]): string[] {
  const faults: string[] = [];
  for (const { key, answers } of buyers) {
    if (new Set(answers.map(({ saleId }) => saleId)).size !== 1) faults.push(`${key} has several sales`);
    for (const { status, isReplay } of answers) {
      if (status === 202 || (status === 201 && isReplay)) continue;
      faults.push(`${key} was answered ${status}`);
    }
    if (answers.filter(({ isReplay }) => !isReplay).length > 1) faults.push(`${key} was sold to twice`);
  }
  const sales = new Set(buyers.map(({ answers }) => answers[0]?.saleId));
  if (sales.size !== buyers.length) faults.push(`${buyers.length} buyers have ${sales.size} sales`);
  return faults;
}

/** Whether the tickets are in the order of arrival: no sale that was answered before another was asked for has a later one. */
export function arrivalFaults(
  buyers: readonly Buyer[],
  lines: readonly { saleId: string; sku: string; ticket: number }[],
): string[] {
  const buyerOf = new Map(buyers.map((buyer) => [buyer.answers[0]?.saleId, buyer]));
  const faults: string[] = [];
  for (const [sku, own] of Map.groupBy(lines, (line) => line.sku)) {
    let latest: Buyer | undefined;
    for (const { saleId } of own.toSorted((a, b) => a.ticket - b.ticket)) {
      const buyer = buyerOf.get(saleId);
      if (!buyer) {
        faults.push(`${sku}: nobody asked for sale ${saleId}`);
        continue;
      }
      if (latest && buyer.endMs < latest.startMs) faults.push(`${sku}: ${buyer.key} is behind ${latest.key}`);
      if (!latest || buyer.startMs > latest.startMs) latest = buyer;
    }
  }
  return faults;
}
