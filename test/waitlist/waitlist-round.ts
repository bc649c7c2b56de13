import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource } from 'typeorm';
import { SeededRandom } from '../../apps/factory/src/random.js';
import { openDatabase } from '../../libs/inventory/src/testing/test-database.js';
import { eventually } from '../../libs/runtime/src/testing/eventually.js';
import { type RunningSystem } from '../running-system.js';
import { type Victim } from '../surge/crash-victims.js';
import { fillOrder, type LedgerRow, type WaitedLine } from './fill-order.js';
import { PartialDeliveries } from './partial-deliveries.js';
import { answerFaults, arrivalFaults, type Buyer, placeAll, waitingBuyers } from './waiting-buyers.js';

const SKUS = 5;

/** Parts in which the units of a SKU come, roughly. */
const PARTS = 60;

/** The kill comes up to so many ms after its moment. */
const MAX_KILL_DELAY_MS = 50;

/** How long the last units may take after the last callback, in ms: messages of killed workers come back later. */
const FILL_LIMIT_MS = 120_000;

export interface RoundOptions {
  /** No two rounds on one system share it. */
  name: string;
  sales: number;
  kills: number;
  seed: number;
}

export interface RoundReport {
  faults: string[];
  sales: number;
  units: number;
  deliveries: number;
  /** Names of what was killed, in order. */
  killed: string[];
  /** Buyers who had to repeat the request. */
  late: number;
  seconds: number;
}

/**
 * Buyers place sales that wait, and the factory delivers in small parts as soon as a third is placed, while one victim after the other
 * is killed and started again: half of them by turns while sales are placed, half while they are filled.
 */
export async function waitlistRound(
  system: RunningSystem,
  victims: readonly Victim[],
  { name, sales, kills, seed }: RoundOptions,
): Promise<RoundReport> {
  const beganMs = performance.now();
  const random = new SeededRandom(seed);
  const skus = Array.from({ length: SKUS }, (_, index) => `${name}-${index}`);
  const buyers = waitingBuyers(name, sales, skus, random);
  const deliveries = new Map<string, PartialDeliveries>();
  for (const sku of skus) {
    const demand = unitsOf(buyers, sku);
    await createProduct(system, sku, Math.max(10, Math.ceil(demand / 4)));
    const largestPart = Math.ceil((2 * demand) / PARTS);
    deliveries.set(sku, new PartialDeliveries(system, sku, { demand, largestPart, random }));
  }
  const units = skus.reduce((sum, sku) => sum + unitsOf(buyers, sku), 0);

  let placed = 0;
  const third = Promise.withResolvers<void>();
  const onPlaced = (buyer: Buyer) => {
    placed += 1;
    for (const { sku, quantity } of buyer.lines) deliveries.get(sku)!.awaited += quantity;
    if (placed >= sales / 3) third.resolve();
  };
  const progress = () => {
    const sent = [...deliveries.values()].reduce((sum, delivery) => sum + delivery.sent, 0);
    return (placed / sales + sent / units) / 2;
  };
  const killed: string[] = [];
  let isGivenUp = false;
  const killAll = async () => {
    for (let kill = 0; kill < kills; kill += 1) {
      const moment = (kill + 0.5) / kills;
      while (progress() < moment && !isGivenUp) await sleep(1);
      if (isGivenUp) return;
      await sleep(random.next() * MAX_KILL_DELAY_MS);
      const victim = victims[kill % victims.length]!;
      await victim.kill();
      await victim.start();
      killed.push(victim.name);
    }
  };
  await Promise.all([
    placeAll(system, buyers, onPlaced),
    killAll(),
    ...[...deliveries.values()].map((delivery) => delivery.run(third.promise)),
  ]).finally(() => (isGivenUp = true));
  const { faults, late } = await judge(system, buyers, skus);
  return {
    ...{ faults, late, killed, sales, units },
    deliveries: [...deliveries.values()].reduce((sum, { parts }) => sum + parts, 0),
    seconds: Math.round((performance.now() - beganMs) / 1_000),
  };
}

function unitsOf(buyers: readonly Buyer[], sku: string): number {
  const lines = buyers.flatMap((buyer) => buyer.lines).filter((line) => line.sku === sku);
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

/** Nothing is on hand: its first restock order is open at once. */
async function createProduct(system: RunningSystem, sku: string, targetLevel: number): Promise<void> {
  const { status, body } = await system.ask('PUT', `/products/${sku}`, {
    ...{ name: sku, priceKrw: 1_000, factoryId: 'FF-500293', reorderPoint: 0, targetLevel, lotSize: 1 },
    ...{ maxPerSale: 10, adManagerEmail: 'ads@example.com' },
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
}

/** When every sale is filled. */
async function judge(
  system: RunningSystem,
  buyers: readonly Buyer[],
  skus: readonly string[],
): Promise<{ faults: string[]; late: number }> {
  const dataSource = await openDatabase(system.databaseUrl);
  try {
    const those = skus.map(() => '?').join();
    const select = <Row>(sql: string) => dataSource.query<Row[]>(sql.replace(':skus', those), [...skus]);
    await eventually(async () => {
      const [open] = await select<{ count: string | number }>(
        'SELECT COUNT(*) AS count FROM waiting_line WHERE outcome IS NULL AND sku IN (:skus)',
      );
      return Number(open!.count) === 0;
    }, FILL_LIMIT_MS).catch(() => undefined);
    const lines = await select<WaitedLine>(
      `SELECT sale_id AS saleId, sku, ticket, quantity, reserved, outcome, movement_id AS movementId
        FROM waiting_line WHERE sku IN (:skus)`,
    );
    const movements = await select<LedgerRow>(
      `SELECT id, sku, delta, reason, reference, balance_after AS balanceAfter FROM stock_movement WHERE sku IN (:skus)`,
    );
    const levels = await select<Record<string, number>>(
      'SELECT sku, on_hand, reserved, waiting, waiting_lines FROM stock_level WHERE sku IN (:skus)',
    );
    const { faults, late } = fillOrder(movements, lines);
    faults.push(...answerFaults(buyers), ...arrivalFaults(buyers, lines), ...saleFaults(buyers, lines));
    faults.push(...(await mailFaults(dataSource, buyers)));
    for (const { sku, ...rest } of levels) {
      if (Object.values(rest).some((units) => units !== 0)) faults.push(`${sku}: ${JSON.stringify(rest)}`);
    }
    await eventually(() => system.reconcile() === undefined, 60_000).catch(() => undefined);
    const differences = system.reconcile();
    if (differences !== undefined) faults.push(differences);
    return { faults, late };
  } finally {
    await dataSource.destroy();
  }
}

/** The stored lines must be those that were asked for: no sale is lost, and none is there twice. */
function saleFaults(buyers: readonly Buyer[], lines: readonly WaitedLine[]): string[] {
  const text = (saleId: string | undefined, sku: string, quantity: number) => `${saleId} ${sku} ${quantity}`;
  const asked = buyers.flatMap(({ answers, lines: own }) =>
    own.map(({ sku, quantity }) => text(answers[0]?.saleId, sku, quantity)),
  );
  const stored = lines.map(({ saleId, sku, quantity }) => text(saleId, sku, quantity));
  const [isAsked, isStored] = [new Set(asked), new Set(stored)];
  return [
    ...asked.filter((line) => !isStored.has(line)).map((line) => `not stored: ${line}`),
    ...stored.filter((line) => !isAsked.has(line)).map((line) => `not asked for: ${line}`),
  ];
}

/** Every buyer with an address is to be told once: by one mail, which is asked for again when the mail server was away. */
async function mailFaults(dataSource: DataSource, buyers: readonly Buyer[]): Promise<string[]> {
  const rows = await dataSource.query<{ payload: unknown }[]>(
    "SELECT payload FROM outbox_message WHERE queue = 'notifications'",
  );
  const mails = new Map<string, Set<string>>();
  for (const { payload } of rows) {
    const message = (typeof payload === 'string' ? JSON.parse(payload) : payload) as Record<string, string>;
    const { kind, to, notificationId } = message;
    if (kind === 'BACKORDER_FILLED') mails.set(to!, (mails.get(to!) ?? new Set()).add(notificationId!));
  }
  return buyers
    .flatMap(({ customerEmail }) => customerEmail ?? [])
    .filter((address) => mails.get(address)?.size !== 1)
    .map((address) => `${address} was told by ${mails.get(address)?.size ?? 0} mails`);
}
