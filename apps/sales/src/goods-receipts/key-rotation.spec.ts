import { callbackUrl } from '#inventory';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type EmbeddedQueue,
  startEmbeddedQueue,
} from '../../../../libs/messaging/src/testing/embedded-queue.js';
import { SalesUnderTest } from '../testing/sales-under-test.js';

const [BEFORE, AFTER] = ['b'.repeat(32), 'a'.repeat(32)];

/** The keys of one sales process: the current one, and the previous one. */
type Keys = readonly [string, string?];

/**
 * The steps of a rotation, as docs/operations.md has them. In each, one sales process has the settings of the step before, and
 * one has its own, because processes are replaced one after the other. `signed` are the keys of the orders that are open.
 */
const STEPS: { step: string; processes: [Keys, Keys]; signed: string[] }[] = [
  { step: 'before it', processes: [[BEFORE], [BEFORE]], signed: [BEFORE] },
  { step: 'while all get both keys', processes: [[BEFORE], [BEFORE, AFTER]], signed: [BEFORE] },
  {
    step: 'while the keys are swapped',
    processes: [
      [BEFORE, AFTER],
      [AFTER, BEFORE],
    ],
    signed: [BEFORE, AFTER],
  },
  { step: 'while the old key is removed', processes: [[AFTER, BEFORE], [AFTER]], signed: [AFTER] },
  { step: 'after it', processes: [[AFTER], [AFTER]], signed: [AFTER] },
];

describe('the goods of open orders during a rotation of the signing key', () => {
  let queue: EmbeddedQueue;
  const running: SalesUnderTest[] = [];
  let deliveries = 0;

  beforeAll(async () => {
    queue = await startEmbeddedQueue();
    Object.assign(process.env, queue.environment);
  });
  afterEach(async () => {
    for (const sales of running.splice(0)) await sales.stop();
  });
  afterAll(() => queue.stop());

  async function start([current, previous = '']: Keys): Promise<SalesUnderTest> {
    const sales = await SalesUnderTest.start({
      QUEUE_URL_PREFIX: queue.urlPrefix,
      CALLBACK_SIGNING_KEY: current,
      CALLBACK_SIGNING_KEY_PREVIOUS: previous,
    });
    running.push(sales);
    return sales;
  }

  async function deliver(sales: SalesUnderTest, signingKey: string): Promise<number> {
    deliveries += 1;
    const order = { restockOrderId: `order-${deliveries}`, sku: 'RING', factoryId: 'FF-1', quantity: 10 };
    const url = new URL(callbackUrl('http://sales', signingKey, { ...order, expiresAtSeconds: 2e9 }));
    const payload = {
      MessageAttributeProductId: order.sku,
      MessageAttributeProductCnt: order.quantity,
      MessageAttributeFactoryId: order.factoryId,
    };
    return (await sales.application.inject({ method: 'POST', url: url.pathname + url.search, payload }))
      .statusCode;
  }

  it.each(STEPS)('are taken by each of two processes $step', async ({ processes, signed }) => {
    const before = await queue.count('goods-receipts');
    for (const sales of [await start(processes[0]), await start(processes[1])]) {
      for (const key of signed) expect(await deliver(sales, key)).toBe(202);
    }
    expect(await queue.count('goods-receipts')).toBe(before + 2 * signed.length);
  });

  it('are forged in a process that does not have their key', async () => {
    expect(await deliver(await start([BEFORE]), AFTER)).toBe(403);
    expect(await deliver(await start([AFTER]), BEFORE)).toBe(403);
    expect(await deliver(await start([AFTER, BEFORE]), 'c'.repeat(32))).toBe(403);
  });
});
