import { setTimeout as sleep } from 'node:timers/promises';
import { type SeededRandom } from '../../apps/factory/src/random.js';
import { type Warehouse } from '../../libs/inventory/src/testing/warehouse.js';
import { checkHistory } from '../history/check-history.js';
import { HistoryRecorder } from '../history/history-recorder.js';
import { readHistoryFile } from '../history/read-history.js';
import { reportOf } from '../history/report.js';
import { TableReader } from '../history/table-reader.js';
import { type Victim } from './crash-victims.js';
import { type SalesProcess } from './sales-process.js';
import {
  atATime,
  NO_ANSWER,
  recordOf,
  ShopClient,
  type Purchase,
  type PurchaseRecord,
} from './shop-client.js';

export interface Surge {
  /** Begins the SKUs and the buyers' addresses, so no two surges on one database may share it. */
  name: string;
  /** Purchases at the least: they go on until the victim is dead. */
  requests: number;
  connections: number;
  /** Of 100 buyers so many send no idempotency key. */
  keylessPercent: number;
  /** The file of its history. */
  historyFile: string;
}

export interface CrashReport {
  /** Every contradiction and failure, in words; empty when all is well. */
  faults: string[];
  purchases: number;
  /** Sales in the database. */
  sales: number;
  /** Those among them whose first answer was lost. */
  unheardSales: number;
  refusals: number;
  /** Purchases of which at least one request was not answered for good. */
  interrupted: number;
  answersBefore: number;
  downMs: number;
  /** Reads the tables again, to compare them with the digest. */
  tables: TableReader;
  tablesDigest: string;
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

/** How often units are added to the SKU that sells out, so that it sells out several times. */
const ADJUSTMENTS = 5;

/** A surge with a crash in its middle. Its history is checked when every buyer with a key has an answer. */
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
  const tables = await TableReader.open(warehouse.dataSource, [...opening.keys()]);
  const history = HistoryRecorder.create(surge.historyFile, `test:crash, ${victim.name} killed`);
  await history.addAll(tables.opening);

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
  const client = new ShopClient(connections, history);
  const ports = processes.map(({ port }) => port);
  const isOver = () => Date.now() > end;
  const adjustmentInterval = Math.ceil(requests / (ADJUSTMENTS + 1));
  const adjustments: Promise<void>[] = [];
  let answered = 0;
  const ask = async (record: PurchaseRecord, index: number) => {
    const turn = index % ports.length;
    await client.buy(record, [...ports.slice(turn), ...ports.slice(0, turn)], isOver);
    answered += 1;
    if (answered === answersBefore) moment.resolve();
    if (answered % adjustmentInterval === 0 && adjustments.length < ADJUSTMENTS) {
      const adjustment = {
        sku: `${name}-B`,
        delta: 10,
        reference: `${name}-adjustment-${adjustments.length}`,
      };
      adjustments.push(client.adjust(ports, adjustment, isOver));
    }
  };
  try {
    const [downMs] = await Promise.all([crash(), atATime(connections, arrivals(), ask)]);
    await Promise.all(adjustments);
    // A buyer with a key may ask again long after the answer.
    const again = records.filter(({ purchase }, buyer) => purchase.idempotencyKey && buyer % 10 === 0);
    await atATime(connections, again, ask);
    await takeMessagesForSent(warehouse);
    await history.addAll(tables.rows());
    await history.finish('all');
    const check = checkHistory(await readHistoryFile(history.file));
    const heard = records.filter(({ answers }) =>
      answers.some(({ status, isReplay }) => status === 201 && !isReplay),
    );
    const interrupted = records.filter(({ failures }) => failures.length > 0).length;
    const faults = [
      ...(check.contradictions.length > 0 ? [reportOf(history.file, check)] : []),
      ...records.flatMap(unexpectedAnswers),
      ...(await differences(warehouse)),
      ...(await endsOfTheirOwn(processes)),
    ];
    if (interrupted === 0) faults.push('the crash interrupted no request, and proves nothing');
    return {
      faults,
      tables,
      tablesDigest: await tables.digest(),
      purchases: records.length,
      sales: check.storedSales,
      unheardSales: check.storedSales - heard.length,
      refusals: records.filter(({ answers }) => answers.some(({ status }) => status === 409)).length,
      interrupted,
      answersBefore,
      downMs,
    };
  } finally {
    client.close();
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

/** No worker runs here: without it, waiting messages would be a difference. */
async function takeMessagesForSent({ dataSource }: Warehouse): Promise<void> {
  await dataSource.query('UPDATE outbox_message SET published_at = created_at WHERE published_at IS NULL');
}

/** Answers that no buyer should get. A connection that breaks is expected: its process was killed. */
function unexpectedAnswers({ purchase, answers, failures }: PurchaseRecord): string[] {
  const statuses = [...answers, ...failures].flatMap(({ status }) => status ?? []);
  const unexpected = statuses.filter((status) => ![201, 409, 429, 503].includes(status));
  const faults = unexpected.map((status) => `answered ${status}`);
  if (failures.some(({ text }) => text === NO_ANSWER)) faults.push(NO_ANSWER);
  if (answers.length === 0 && purchase.idempotencyKey !== undefined) {
    faults.push(`unanswered after ${failures.length} requests: ${failures.at(-1)?.text}`);
  }
  return faults.map((fault) => `${purchase.customerEmail}: ${fault}`);
}

export async function differences(warehouse: Warehouse): Promise<string[]> {
  return (await warehouse.differences()).map(
    ({ invariant, subject, expected, actual }) =>
      `${subject}: ${invariant}: ${actual} instead of ${expected}`,
  );
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
