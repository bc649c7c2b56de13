import { describe, expect, it } from '@jest/globals';
import { NO_ANSWER, type PurchaseRecord, recordOf } from './buyers.js';
import { evidentFaults, type Evidence } from './sale-audit.js';
import { type StoredSale } from './stored-sales.js';

const SKU = 'CP-1';

function storedSale(buyer: string, id: string, quantity: number): StoredSale {
  return {
    id,
    idempotencyKey: `key-${buyer}`,
    status: 'CONFIRMED',
    customerEmail: buyer,
    createdAt: '2026-01-01T00:00:00.000Z',
    lines: [{ sku: SKU, quantity, unitPriceKrw: 1_000 }],
  };
}

function answer(status: number, told: unknown, isReplay = false) {
  return { status, isReplay, text: JSON.stringify(told) };
}

/** As the API tells of a sale. */
function toldOf({ id, status, lines, customerEmail, createdAt }: StoredSale, totalKrw: number) {
  return { id, status, lines, totalKrw, customerEmail, createdAt };
}

/** Kim bought 2 of 3 units and asked twice, Lee wanted 2 and was refused, Park's process died and sold nothing. */
function soundEvidence() {
  const buyers = ['kim', 'lee', 'park'].map((buyer): PurchaseRecord => {
    const key = buyer === 'park' ? undefined : `key-${buyer}`;
    return recordOf({ lines: [{ sku: SKU, quantity: 2 }], customerEmail: buyer, idempotencyKey: key });
  });
  const [kim, lee, park] = buyers as [PurchaseRecord, PurchaseRecord, PurchaseRecord];
  const sale = storedSale('kim', 'sale-1', 2);
  kim.answers.push(answer(201, toldOf(sale, 2_000)), answer(201, toldOf(sale, 2_000), true));
  lee.answers.push(answer(409, {}));
  park.failures.push({ text: 'socket hang up' });
  const opening = new Map([[SKU, 3]]);
  return { kim, lee, park, sale, records: buyers, sales: [sale], opening, onHand: new Map([[SKU, 1]]) };
}

describe('the audit of a surge', () => {
  it('finds nothing where every answer has its row', () => {
    expect(evidentFaults(soundEvidence())).toEqual([]);
  });

  it.each<{ fault: string; plant: (evidence: ReturnType<typeof soundEvidence>) => unknown; found: string }>([
    {
      fault: 'a 201 without its row',
      plant: (e) => e.sales.pop(),
      found: 'kim: sold, and not in the database',
    },
    {
      fault: 'a 201 with the row of another sale',
      plant: (e) => (e.sale.id = 'sale-2'),
      found: 'kim: sold, and not in the database',
    },
    {
      fault: 'a second row of a sale',
      plant: (e) => e.sales.push(storedSale('kim', 'sale-2', 2)),
      found: 'kim: 2 sales of one purchase',
    },
    {
      fault: 'a sale of the last unit to two buyers',
      plant: (e) => e.sales.push({ ...storedSale('park', 'sale-2', 2), idempotencyKey: null }),
      found: 'CP-1: oversold, 4 of 3 units',
    },
    {
      fault: 'a unit that vanished',
      plant: (e) => e.onHand.set(SKU, 0),
      found: 'CP-1: 0 on hand, after 2 of 3 were sold',
    },
    {
      fault: 'a sale of another quantity',
      plant: (e) => (e.sale.lines[0]!.quantity = 1),
      found: 'kim: asked for [{"sku":"CP-1","quantity":2}], stored as [{"sku":"CP-1","quantity":1}]',
    },
    { fault: 'a sale without lines', plant: (e) => e.sale.lines.pop(), found: 'kim: asked for' },
    {
      fault: 'a sale under another key',
      plant: (e) => (e.sale.idempotencyKey = null),
      found: 'kim: stored under null',
    },
    {
      fault: 'a sale that nobody asked for',
      plant: (e) => e.sales.push(storedSale('choi', 'sale-2', 1)),
      found: 'choi: sold, and never asked for',
    },
    {
      fault: 'a refusal of what was sold',
      plant: (e) => e.sales.push(storedSale('lee', 'sale-2', 2)),
      found: 'lee: refused, and sold all the same',
    },
    {
      fault: 'a refusal of what is there',
      plant: (e) => e.onHand.set(SKU, 2),
      found: 'lee: refused what is still there',
    },
    {
      fault: 'two replies of one key that differ',
      plant: (e) => e.kim.answers.push(answer(201, toldOf(e.sale, 1_999), true)),
      found: 'kim: answered with different sales',
    },
    {
      fault: 'a second sale that calls itself the first',
      plant: (e) => (e.kim.answers[1]!.isReplay = false),
      found: 'kim: several sales that are no replay',
    },
    {
      fault: 'a sale and a refusal under one key',
      plant: (e) => e.kim.answers.push(answer(409, {})),
      found: 'kim: answered with a sale and with a refusal',
    },
    {
      fault: 'a refusal that calls itself a replay',
      plant: (e) => (e.lee.answers[0]!.isReplay = true),
      found: 'lee: a refusal that calls itself a replay',
    },
    {
      fault: 'a key that is never answered',
      plant: (e) => e.lee.answers.pop(),
      found: 'lee: unanswered after 0 requests',
    },
    {
      fault: 'an answer of another kind',
      plant: (e) => e.lee.answers.push(answer(400, 'why')),
      found: 'lee: answered 400 "why"',
    },
    {
      fault: 'a failure of the process that answers',
      plant: (e) => e.park.failures.push({ status: 500, text: 'a bug' }),
      found: 'park: answered 500 a bug',
    },
    {
      fault: 'a request that hung',
      plant: (e) => e.park.failures.push({ text: NO_ANSWER }),
      found: `park: ${NO_ANSWER}`,
    },
  ])('finds $fault', ({ plant, found }) => {
    const evidence = soundEvidence();
    plant(evidence);
    expect(evidentFaults(evidence satisfies Evidence)).toContainEqual(expect.stringContaining(found));
  });

  it('takes a keyless purchase that was interrupted for sold or for not sold', () => {
    const evidence = soundEvidence();
    evidence.park.purchase.lines[0]!.quantity = 1;
    evidence.sales.push({ ...storedSale('park', 'sale-2', 1), idempotencyKey: null });
    evidence.onHand.set(SKU, 0);
    expect(evidentFaults(evidence)).toEqual([]);
  });
});
