/** Asks the installation that is measured, by its operations routes alone: so the gate works wherever it runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RunError } from './command.mjs';

/** Adding up the sales of a product takes a while when there are millions. */
const REQUEST_TIMEOUT_MS = 600_000;
const ATTEMPTS = 5;
const ATTEMPT_DELAY_MS = 2_000;

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
