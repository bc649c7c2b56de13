/** Asks the installation that is measured, by its operations routes alone: so the gate works wherever it runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RunError } from './command.mjs';

/** Adding up the sales of a product takes a while when there are millions. */
const REQUEST_TIMEOUT_MS = 600_000;
const ATTEMPTS = 5;
const ATTEMPT_DELAY_MS = 2_000;
const SETTLED_ATTEMPTS = 10;
const CLOCK_TICK_MS = 5;

/**
 * @returns the answer of `GET /reconcile`
 * @throws RunError
 */
export function readReconciliation(target) {
  return ask(target, '/reconcile?full=true');
}

/**
 * @returns the answer of `GET /products/:sku/ledger` for each product, in their order
 * @throws RunError
 */
export async function readLedgers(target, products) {
  const ledgers = [];
  // One after the other: each reads every sale line there is.
  for (const { sku } of products) {
    ledgers.push(await ask(target, `/products/${encodeURIComponent(sku)}/ledger`));
  }
  return ledgers;
}

/**
 * The stored sales of one product, and its ledger: read again while the two are of different moments, since goods may come in
 * at any time.
 *
 * @returns `{ledger, sales, looks}`. The sales were so in each of the looks, `{start, end}` in ms since 1970: when they were
 *   read, and when the ledger was read after them
 * @throws RunError when the stock does not stand still for long enough
 */
export async function readSettledSales(target, product) {
  for (let attempt = 1; attempt <= SETTLED_ATTEMPTS; attempt += 1) {
    const [before] = await readLedgers(target, [product]);
    const first = await timed(() => readSales(target, product));
    // So that the second look is later by the clock, too.
    await sleep(CLOCK_TICK_MS);
    const second = await timed(() => readLedgers(target, [product]));
    const [ledger] = second.value;
    if (booksOf(before) !== booksOf(ledger)) continue;
    return { ledger, sales: first.value, looks: [first, second].map(({ start, end }) => ({ start, end })) };
  }
  throw new RunError(`The stock of ${product.sku} moved each time that its sales were read.`);
}

/** The start is rounded down, and the end is rounded up. */
async function timed(read) {
  const start = Date.now();
  const value = await read();
  return { value, start, end: Date.now() + 1 };
}

async function readSales(target, { sku }) {
  const sales = [];
  let cursor = '';
  do {
    const page = await ask(target, `/sales?order=asc&limit=100&sku=${encodeURIComponent(sku)}${cursor}`);
    sales.push(...page.items);
    cursor = page.nextCursor === null ? undefined : `&cursor=${page.nextCursor}`;
  } while (cursor !== undefined);
  return sales;
}

function booksOf({ stock, totals, sold }) {
  return JSON.stringify([stock.onHand, stock.reserved, totals, sold]);
}

/** Several times if need be: the system may still be breathless. */
async function ask({ baseUrl, apiKey }, route) {
  let fault;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (attempt > 1) await sleep(ATTEMPT_DELAY_MS);
    try {
      const answer = await fetch(`${baseUrl}${route}`, {
        headers: { 'x-api-key': apiKey },
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      if (answer.ok) return await answer.json();
      fault = `${answer.status}: ${(await answer.text()).slice(0, 300)}`;
      if (answer.status < 500 && answer.status !== 429) break;
    } catch (error) {
      fault = error.cause?.message ?? error.message;
    }
  }
  throw new RunError(`GET ${baseUrl}${route} was not answered: ${fault}`);
}
