import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { Clock } from '../../database/clock.js';
import { Database } from '../../database/database.js';
import { idAt } from '../../database/id-time.js';
import { type Difference } from '../invariants.js';
import { saleDifferences } from '../sale-differences.js';
import { countSums, type SkuSums } from '../sku-books.js';
import { CHECKPOINT_ID, ReconcileCheckpoint } from './reconcile-checkpoint.entity.js';
import { ReconcileFinding } from './reconcile-finding.entity.js';
import { SkuCheckpoint } from './sku-checkpoint.entity.js';
import { combined, storedSums } from './sku-sums.js';

/**
 * How far the boundary stays behind the time, in ms. An id is made before its row is committed, by a clock that may be wrong:
 * a row that comes behind the boundary costs a count of its SKU.
 */
const LAG_MS = 600_000;

/** Rows of a table that one step counts. */
const STEP_ROWS = 50_000;

/** Rows that one statement writes. */
const WRITTEN_ROWS = 500;

/** How long nobody else counts everything, or moves the boundary, in ms: longer than a snapshot may take. */
const FULL_LEASE_MS = 900_000;

const COUNTED_TABLES = [
  { table: 'sale', id: 'id' },
  { table: 'sale_line', id: 'sale_id' },
  { table: 'stock_movement', id: 'id' },
];

/** The rows from one boundary to the next. */
interface Step {
  boundary: string;
  next: string;
  sums: SkuSums[];
  findings: Difference[];
}

/** What a reconcile found out about what lies below the boundary. */
export interface Recount {
  /** As it was then. */
  boundary: string;
  /** Of SKUs whose sums were counted again. */
  sums: SkuSums[];
  /** Sales that break an invariant of each sale, all of them. */
  findings: Difference[];
}

/** Keeps what the past adds up to, so that a reconcile does not count it each time. */
@Injectable()
export class CheckpointService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Moves the boundary up to {@link LAG_MS} ago. Rows are counted in snapshots, some of them at a time. The transactions that
   * write hold no lock that a sale needs. After an interruption the next call goes on.
   *
   * @param stepRows rows of a table that are counted at a time
   */
  async advance(stepRows = STEP_ROWS): Promise<void> {
    const limit = await this.database.read(async (manager) =>
      idAt((await this.clock.now(manager)).getTime() - LAG_MS),
    );
    let goesOn = true;
    while (goesOn) {
      const step = await this.database.snapshot((manager) => countStep(manager, limit, stepRows));
      goesOn = step !== undefined && (await this.database.write((manager) => this.take(manager, step)));
    }
  }

  /**
   * Takes it upon the caller to count everything, if that is due and nobody else does.
   *
   * @param intervalMs since the last full count; 0 for never
   */
  async claimFull(intervalMs: number): Promise<boolean> {
    if (intervalMs === 0) return false;
    return this.database.write(async (manager) => {
      const { fullAt, fullClaimedUntil } = await this.lock(manager);
      const now = await this.clock.now(manager);
      if (fullClaimedUntil && fullClaimedUntil > now) return false;
      if (fullAt && fullAt.getTime() + intervalMs > now.getTime()) return false;
      const until = new Date(now.getTime() + FULL_LEASE_MS);
      await manager.update(ReconcileCheckpoint, { id: CHECKPOINT_ID }, { fullClaimedUntil: until });
      return true;
    });
  }

  /** Keeps what a reconcile found out, unless the boundary has moved since: the next one finds it again. */
  async keep({ boundary, sums, findings }: Recount, isFull: boolean): Promise<void> {
    await this.database.write(async (manager) => {
      const current = await this.lock(manager);
      if (current.boundary === boundary) {
        await writeSums(manager, sums);
        await manager.createQueryBuilder().delete().from(ReconcileFinding).execute();
        await writeFindings(manager, findings);
      }
      if (!isFull) return;
      const fullAt = await this.clock.now(manager);
      await manager.update(ReconcileCheckpoint, { id: CHECKPOINT_ID }, { fullAt, fullClaimedUntil: null });
    });
  }

  /** @returns whether there may be more to count */
  private async take(manager: EntityManager, { boundary, next, sums, findings }: Step): Promise<boolean> {
    const current = await this.lock(manager);
    if (current.fullClaimedUntil && current.fullClaimedUntil > (await this.clock.now(manager))) return false;
    // Another worker has counted the same rows: this one goes on from there.
    if (current.boundary !== boundary) return true;
    await addSums(manager, sums);
    await writeFindings(manager, findings);
    await manager.update(ReconcileCheckpoint, { id: CHECKPOINT_ID }, { boundary: next });
    return true;
  }

  private async lock(manager: EntityManager): Promise<ReconcileCheckpoint> {
    const query = manager.createQueryBuilder(ReconcileCheckpoint, 'checkpoint').where({ id: CHECKPOINT_ID });
    const found = await this.database.forUpdate(query).getOne();
    if (found) return found;
    const insert = manager.createQueryBuilder().insert().into(ReconcileCheckpoint).orIgnore();
    await insert.values({ id: CHECKPOINT_ID, boundary: '' }).execute();
    return this.database.forUpdate(query).getOneOrFail();
  }
}

async function countStep(manager: EntityManager, limit: string, stepRows: number): Promise<Step | undefined> {
  const checkpoint = await manager.findOneBy(ReconcileCheckpoint, { id: CHECKPOINT_ID });
  const boundary = checkpoint?.boundary ?? '';
  if (boundary >= limit) return undefined;
  const next = await nextBoundary(manager, boundary, limit, stepRows);
  const rows = { from: boundary, below: next };
  return {
    boundary,
    next,
    sums: await countSums(manager, rows),
    findings: await saleDifferences(manager, rows),
  };
}

/** The id below which no table has more than `stepRows` rows to count. */
async function nextBoundary(
  manager: EntityManager,
  boundary: string,
  limit: string,
  stepRows: number,
): Promise<string> {
  let next = limit;
  for (const { table, id } of COUNTED_TABLES) {
    const [row] = await manager.query<{ id: string }[]>(
      `SELECT /*+ INDEX(${table} PRIMARY) */ ${id} AS id FROM ${table} WHERE ${id} >= ? AND ${id} < ?
        ORDER BY ${id} LIMIT 1 OFFSET ${stepRows}`,
      [boundary, next],
    );
    if (row) next = row.id;
  }
  return next;
}

async function addSums(manager: EntityManager, counted: readonly SkuSums[]): Promise<void> {
  const stored = await storedSums(
    manager,
    counted.map(({ sku }) => sku),
  );
  const sums = counted.map((part, index) =>
    combined(part.sku, (column) => part[column] + stored[index]![column]),
  );
  await writeSums(manager, sums);
}

async function writeSums(manager: EntityManager, sums: readonly SkuSums[]): Promise<void> {
  for (let first = 0; first < sums.length; first += WRITTEN_ROWS) {
    await manager.upsert(SkuCheckpoint, sums.slice(first, first + WRITTEN_ROWS), ['sku']);
  }
}

async function writeFindings(manager: EntityManager, findings: readonly Difference[]): Promise<void> {
  if (findings.length === 0) return;
  const rows = findings.map(({ invariant, subject }) => ({ invariant, subject }));
  await manager.createQueryBuilder().insert().into(ReconcileFinding).values(rows).orIgnore().execute();
}
