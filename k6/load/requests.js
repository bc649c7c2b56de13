/** Every request of the scripts, and the products that a run makes for itself. */
import http from 'k6/http';
import { sleep } from 'k6';
import { REQUEST_TIMEOUT_SECONDS } from './profiles.js';

const BASE_URL = (__ENV.BASE_URL || 'http://127.0.0.1:3000').replace(/\/+$/, '');
const JSON_BODY = { 'Content-Type': 'application/json' };

/** One adjustment takes no more. */
const MAX_DELTA = 1_000_000;
const POLL_SECONDS = 0.5;

const RULES = {
  priceKrw: 19_900,
  factoryId: __ENV.FACTORY_ID || 'FF-500293',
  reorderPoint: 0,
  targetLevel: 1,
  lotSize: 1,
  maxPerSale: 1_000,
  // Real SES swallows mail to it, and counts it neither as a bounce nor as a complaint.
  adManagerEmail: __ENV.AD_MANAGER_EMAIL || 'success@simulator.amazonses.com',
};

/**
 * For `http.batch`.
 *
 * @param lines one `{sku, quantity}` a SKU
 * @param members of the body, beside the lines
 */
export function saleRequest(lines, idempotencyKey, members = {}) {
  return {
    method: 'POST',
    url: `${BASE_URL}/sales`,
    body: JSON.stringify({ lines, ...members }),
    params: {
      headers: { ...JSON_BODY, 'Idempotency-Key': idempotencyKey },
      timeout: `${REQUEST_TIMEOUT_SECONDS}s`,
      tags: { name: 'POST /sales' },
      // A refusal is an answer: it is no failed request.
      responseCallback: http.expectedStatuses(200, 201, 202, 409),
    },
  };
}

export function getSale(id) {
  return http.get(`${BASE_URL}/sales/${id}`, { tags: { name: 'GET /sales/:id' } });
}

/** @param token of the answer to its `POST /sales` */
export function leaveWaitlist(id, token) {
  return http.del(`${BASE_URL}/sales/${id}`, null, {
    headers: { 'X-Sale-Token': token },
    timeout: `${REQUEST_TIMEOUT_SECONDS}s`,
    tags: { name: 'DELETE /sales/:id' },
    // Its goods may have come a moment before.
    responseCallback: http.expectedStatuses(200, 409),
  });
}

export function getStock(sku) {
  const product = http.get(`${BASE_URL}/products/${sku}`, { tags: { name: 'GET /products/:sku' } });
  if (product.status !== 200) throw new Error(`GET /products/${sku} answered ${told(product)}`);
  return product.json('stock');
}

export function getReadiness() {
  return http.get(`${BASE_URL}/health/ready`, { tags: { name: 'GET /health/ready' } });
}

/**
 * Products that no other run knows, for `setup()`. The gate compares what is said here with the ledger.
 *
 * @param script names them
 * @param openingUnits of each, booked as an adjustment
 * @param rules of the product, over those of {@link RULES}
 * @param maxLines the most lines that a sale of the run has
 * @param maxQuantity the most units that a line of the run has
 * @param firstGoodsSeconds waits so long for the goods that every new product orders at once, and leaves exactly
 *   `openingUnits`; 0 does not wait, and they may come at any time
 * @param told what the gate has to know of the run besides
 * @returns the data of the run
 * @throws Error that says what the API answered
 */
export function newRun(script, options) {
  const { productCount = 1, openingUnits = 0, rules = {}, firstGoodsSeconds = 0 } = options;
  const { maxLines = 1, maxQuantity = 1, told: facts = {} } = options;
  if (!__ENV.OPERATIONS_API_KEY) {
    throw new Error('OPERATIONS_API_KEY is not set: a run makes products of its own, which needs the key.');
  }
  const runId = `${script}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  const products = Array.from({ length: productCount }, (_, index) => {
    const sku = `K6-${runId}-${index}`;
    operation('PUT', `/products/${sku}`, '/products/:sku', { ...RULES, name: `k6 ${script}`, ...rules });
    return { sku, openingUnits, adjustedUnits: 0 };
  });
  if (firstGoodsSeconds > 0) awaitFirstGoods(products, firstGoodsSeconds);
  for (const product of products) {
    const onHand = firstGoodsSeconds > 0 ? getStock(product.sku).onHand : 0;
    product.adjustedUnits = openingUnits - onHand;
    adjust(product.sku, product.adjustedUnits);
  }
  return { runId, products, maxLines, maxQuantity, ...facts };
}

/** Until the order is in that every product makes at once, since it begins with nothing on hand. */
function awaitFirstGoods(products, seconds) {
  const deadline = Date.now() + seconds * 1_000;
  for (const { sku } of products) {
    for (;;) {
      const { onHand, onOrder } = getStock(sku);
      if (onHand > 0 && onOrder === 0) break;
      if (Date.now() > deadline) {
        throw new Error(
          `The factory did not deliver the first goods of ${sku} within ${seconds} s. Look at the restock order, or ` +
            'give it longer with -e FIRST_GOODS_SECONDS=...',
        );
      }
      sleep(POLL_SECONDS);
    }
  }
}

function adjust(sku, units) {
  let left = units;
  while (left !== 0) {
    const delta = Math.max(-MAX_DELTA, Math.min(MAX_DELTA, left));
    operation('POST', `/products/${sku}/adjustments`, '/products/:sku/adjustments', { delta, note: 'k6' });
    left -= delta;
  }
}

function operation(method, path, route, body) {
  const answer = http.request(method, `${BASE_URL}${path}`, JSON.stringify(body), {
    headers: { ...JSON_BODY, 'X-Api-Key': __ENV.OPERATIONS_API_KEY },
    tags: { name: `${method} ${route}` },
  });
  // 201: the product is new.
  if (answer.status !== 200 && answer.status !== 201)
    throw new Error(`${method} ${path} answered ${told(answer)}`);
}

function told({ status, error, body }) {
  return status === 0 ? `nothing: ${error}` : `${status}: ${body}`;
}
