import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../libs/runtime/src/testing/eventually.js';
import { RunningSystem } from './running-system.js';

/** As `npm start` has it without settings. */
const LEAD_TIME_MS = 10_000;

describe('goods of the simulated factory', () => {
  let system: RunningSystem;

  beforeAll(async () => {
    system = await RunningSystem.start({ FACTORY_LEAD_TIME_MS: String(LEAD_TIME_MS) });
  }, 90_000);

  afterAll(() => system.remove(), 60_000);

  /** Sells a product out, and waits for its goods. @returns the steps of the order */
  async function refilled(sku: string): Promise<string[]> {
    await system.buy(sku, (await system.stock(sku)).onHand);
    const { id } = (await system.openRestockOrder(sku))!;
    return eventually(async () => {
      const { body } = await system.get(`/restock-orders/${id}`);
      expect(body.status).toBe('RECEIVED');
      return body.timeline.map(({ kind }: { kind: string }) => kind);
    }, 4 * LEAD_TIME_MS);
  }

  it('alert nobody when it takes its time, and once when it does not', async () => {
    const early = async () =>
      (await system.mails()).filter(({ subject }) => subject.includes('implausibly early'));
    expect(await refilled('CP-502104')).toEqual(['REQUESTED', 'ORDERED', 'GOODS_RECEIVED', 'RECEIVED']);
    expect(await early()).toEqual([]);

    await system.setFaults({ leadTimeMs: 0, partialPercent: 100 });
    expect(await refilled('CP-502104')).toEqual(expect.arrayContaining(['GOODS_EARLY', 'RECEIVED']));
    await eventually(async () => expect(await early()).toHaveLength(1));
    expect(await early()).toMatchObject([
      {
        to: 'operations@example.com',
        subject: '[Donut-States] FF-500293 delivered CP-502104 implausibly early',
        text: expect.stringContaining('10 seconds are usual'),
      },
    ]);
  }, 120_000);
});
