import { setTimeout as sleep } from 'node:timers/promises';
import { type SeededRandom } from '../../apps/factory/src/random.js';
import { type Warehouse } from '../../libs/inventory/src/testing/warehouse.js';
import { atATime, Buyers, recordOf, type Purchase, type PurchaseRecord } from './buyers.js';
import { type Victim } from './crash-victims.js';
import { auditSurge, type Audit } from './sale-audit.js';
import { type SalesProcess } from './sales-process.js';

export interface Surge {
  /** Begins the SKUs and the buyers' addresses, so no two surges on one database may share it. */
  name: string;
  /** Purchases at the least: they go on until the victim is dead. */
  requests: number;
  connections: number;
  /** Of 100 buyers so many send no idempotency key. */
  keylessPercent: number;
}

export interface CrashReport extends Audit {
  records: PurchaseRecord[];
  opening: Map<string, number>;
  refusals: number;
  /** Purchases of which at least one request was not answered for good. */
  interrupted: number;
  answersBefore: number;
  downMs: number;
}

/** How long a surge may take until its crash, and the victim until it is back, in ms. */
const CRASH_LIMIT_MS = 300_000;

/** How long buyers go on asking when the victim is back, in ms. */
const PATIENCE_MS = 60_000;

/** The kill comes up to so many ms after an answer, so that it meets the next sales anywhere on their way. */
const MAX_KILL_DELAY_MS = 25;

/** How many times as many purchases as were asked for are made at the most, while a slow command kills the victim. */
const MAX_PROLONGATION = 20;

const QUANTITIES = [1, 1, 2, 1, 3];

/** A surge with a crash in its middle, and an audit when every buyer with a key has an answer. */
export async function crashInSurge(
  warehouse: Warehouse,
  processes: readonly SalesProcess[],
  victim: Victim,
  surge: Surge,
  random: SeededRandom,
): Promise<CrashReport> {
  const { name, requests, connections } = surge;
  const mostPurchases = requests * MAX_PROLONGATION;
  // The first lasts, the other sells out in the middle: sales and refusals are on their way at the crash.
  const opening = new Map([
    [`${name}-A`, mostPurchases * Math.max(...QUANTITIES)],
    [`${name}-B`, Math.ceil(requests * 0.1)],
  ]);
  for (const [sku, units] of opening) await warehouse.stockProduct(sku, units);

  const answersBefore = Math.ceil(requests * (0.1 + 0.7 * random.next()));
  const killDelayMs = random.next() * MAX_KILL_DELAY_MS;
  const moment = Promise.withResolvers<void>();
  let end = Date.now() + CRASH_LIMIT_MS;
  let isDead = false;
  const crash = async () => {
    await moment.promise;
    await sleep(killDelayMs);
    const killedAt = Date.now();
    await victim.kill();
    isDead = true;
    await victim.start();
    end = Date.now() + PATIENCE_MS;
    return Date.now() - killedAt;
  };

  const records: PurchaseRecord[] = [];
  const arrivals = function* () {
    while (records.length < requests || (!isDead && records.length < mostPurchases)) {
      const record = recordOf(purchase(surge, records.length));
      records.push(record);
      yield record;
    }
  };
  const buyers = new Buyers(connections);
  const ports = processes.map(({ port }) => port);
  let answered = 0;
  const ask = async (record: PurchaseRecord, index: number) => {
    const turn = index % ports.length;
    await buyers.buy(record, [...ports.slice(turn), ...ports.slice(0, turn)], () => Date.now() > end);
    answered += 1;
    if (answered === answersBefore) moment.resolve();
  };
  try {
    const [downMs] = await Promise.all([crash(), atATime(connections, arrivals(), ask)]);
    // Whoever has a key may ask again long after the answer.
    const again = records.filter(({ purchase }, buyer) => purchase.idempotencyKey && buyer % 10 === 0);
    await atATime(connections, again, ask);
    await takeMessagesForSent(warehouse);
    const audit = await auditSurge(warehouse, records, opening, `${name}-`);
    const interrupted = records.filter(({ failures }) => failures.length > 0).length;
    const faults = [...audit.faults, ...(await endsOfTheirOwn(processes))];
    if (interrupted === 0) faults.push('the crash interrupted nobody, and proves nothing');
    return {
      ...audit,
      faults,
      records,
      opening,
      refusals: records.filter(({ answers }) => answers.some(({ status }) => status === 409)).length,
      interrupted,
      answersBefore,
      downMs,
    };
  } finally {
    buyers.close();
  }
}

function purchase({ name, keylessPercent }: Surge, buyer: number): Purchase {
  const quantity = QUANTITIES[buyer % QUANTITIES.length]!;
  // Prime steps, so that quantities, SKUs and keys mix.
  const skus = buyer % 11 === 0 ? ['A', 'B'] : buyer % 13 === 0 ? ['B'] : ['A'];
  return {
    lines: skus.map((sku) => ({ sku: `${name}-${sku}`, quantity })),
    customerEmail: `${name}-${buyer}@example.com`,
    ...((buyer * 37) % 100 >= keylessPercent && { idempotencyKey: `${name}-${buyer}` }),
  };
}

/** No worker runs here. The wait for one is no difference of the books. */
async function takeMessagesForSent({ dataSource }: Warehouse): Promise<void> {
  await dataSource.query('UPDATE outbox_message SET published_at = created_at WHERE published_at IS NULL');
}

/** The unexpected ends of sales processes. They are started again for the next surge. */
async function endsOfTheirOwn(processes: readonly SalesProcess[]): Promise<string[]> {
  const ends: string[] = [];
  for (const sales of processes) {
    if (sales.ownEnd === undefined) continue;
    ends.push(`a sales process ended by itself: ${sales.ownEnd}`);
    await sales.restart();
  }
  return ends;
}
