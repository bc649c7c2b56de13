import { Injectable, Logger } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { timeText } from '../database/rows.js';
import { CheckpointService, type Recount } from './checkpoint/checkpoint.service.js';
import { CHECKPOINT_ID, ReconcileCheckpoint } from './checkpoint/reconcile-checkpoint.entity.js';
import { ReconcileFinding } from './checkpoint/reconcile-finding.entity.js';
import { combined, countedSums, storedSums } from './checkpoint/sku-sums.js';
import {
  type Difference,
  type DifferenceRow,
  differencesOf,
  INVARIANTS,
  MAX_DIFFERENCES,
} from './invariants.js';
import { remainingDifferences, saleDifferences } from './sale-differences.js';
import { bookDifferences, contradictoryBooks, type SkuBooks } from './sku-books.js';

/** What a reconcile found. */
export interface Reconciliation {
  differences: Difference[];
  /** Whether everything was counted. */
  isFull: boolean;
  /** When the worker last counted everything; null when it never did. */
  lastFullAt: Date | null;
}

interface Count extends Reconciliation {
  recount: Recount;
  /** SKUs whose checkpoint was wrong, and whose books agree. */
  staleSkus: string[];
}

/**
 * Compares the tables with each other: the 13 invariants of {@link INVARIANTS}, `SALE_INVARIANTS` and the books of each SKU.
 *
 * A full reconcile counts every row. An incremental one counts the sales, lines and movements behind the boundary of the
 * checkpoint, and takes its sums for those before it. It sees
 * - every difference of the stock levels, restock orders, goods receipts and messages, of whatever age;
 * - every difference of sales, lines and movements since the boundary, which stays ten minutes behind the time;
 * - every difference that an earlier reconcile of the worker found, as long as it is there.
 *
 * It cannot see that a sale, a line or a movement before the boundary was changed, deleted or added since it was counted, nor a
 * second sale under an idempotency key, which a unique key refuses. The next full reconcile of the worker does: see
 * `RECONCILE_FULL_INTERVAL_SECONDS`.
 *
 * It reports no difference that is none. A row may come behind the boundary, because clocks are wrong and transactions take
 * their time: what does not agree by the checkpoint is counted in full, in the same snapshot, before it is reported.
 */
@Injectable()
export class ReconcileService {
  private readonly logger = new Logger(ReconcileService.name);

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly checkpoints: CheckpointService,
  ) {}

  /**
   * Changes nothing. Every statement sees the same moment.
   *
   * @param within the caller's snapshot, in place of one of its own
   */
  async reconcile({ full = false } = {}, within?: EntityManager): Promise<Reconciliation> {
    if (within) return this.count(within, full);
    return this.database.snapshot((manager) => this.count(manager, full));
  }

  /**
   * For the worker: an incremental reconcile, and a full one where that is due. Moves the checkpoint, and keeps what was found
   * for the next incremental ones.
   *
   * @param fullIntervalMs the time between two full ones; 0 for never
   */
  async run(fullIntervalMs: number): Promise<Reconciliation> {
    await this.checkpoints.advance();
    const full = await this.checkpoints.claimFull(fullIntervalMs);
    const count = await this.database.snapshot((manager) => this.count(manager, full));
    await this.checkpoints.keep(count.recount, full);
    if (count.staleSkus.length > 0) {
      // Harmless, but each costs a count of its SKU: the clock of a sales process may be minutes behind.
      this.logger.warn('rows came behind the checkpoint', { skus: count.staleSkus.slice(0, 10) });
    }
    return count;
  }

  private async count(manager: EntityManager, isFull: boolean): Promise<Count> {
    // Read once, before the statements: they may take minutes, and all see the same moment.
    const now = await this.clock.now(manager);
    const checkpoint = await manager.findOneBy(ReconcileCheckpoint, { id: CHECKPOINT_ID });
    const boundary = checkpoint?.boundary ?? '';
    const suspects = await contradictoryBooks(manager, isFull ? '' : boundary);
    const skus = suspects.map(({ sku }) => sku);
    const sums = boundary === '' ? [] : await countedSums(manager, boundary, skus);
    const books = isFull || boundary === '' ? suspects : await recounted(manager, suspects, sums);
    const findings = isFull ? await saleDifferences(manager) : await newAndKnown(manager, boundary);
    return {
      differences: [
        ...(await smallTableDifferences(manager, now)),
        ...bounded(books.flatMap(bookDifferences)),
        ...bounded(findings),
      ],
      isFull,
      lastFullAt: checkpoint?.fullAt ?? null,
      recount: { boundary, sums, findings },
      staleSkus: books.filter((book) => bookDifferences(book).length === 0).map(({ sku }) => sku),
    };
  }
}

async function smallTableDifferences(manager: EntityManager, now: Date): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const { invariant, sql, boundMs } of INVARIANTS) {
    const times = boundMs === undefined ? [] : [timeText(new Date(now.getTime() - boundMs))];
    const rows = await manager.query<DifferenceRow[]>(`${sql} LIMIT ${MAX_DIFFERENCES}`, times);
    differences.push(...differencesOf(invariant, rows));
  }
  return differences;
}

/** `suspects` with the sums that were counted in place of those that the checkpoint has. */
async function recounted(
  manager: EntityManager,
  suspects: readonly SkuBooks[],
  counted: Recount['sums'],
): Promise<SkuBooks[]> {
  const stored = await storedSums(
    manager,
    suspects.map(({ sku }) => sku),
  );
  return suspects.map((books, index) => ({
    ...books,
    ...combined(books.sku, (column) => books[column] - stored[index]![column] + counted[index]![column]),
  }));
}

/** Sales since the boundary that break an invariant, and those before it of which that is known. */
async function newAndKnown(manager: EntityManager, boundary: string): Promise<Difference[]> {
  const known = await remainingDifferences(manager, await manager.find(ReconcileFinding));
  const found = await saleDifferences(manager, { from: boundary });
  const isNew = ({ invariant, subject }: Difference) =>
    !known.some((other) => other.invariant === invariant && other.subject === subject);
  return [...known, ...found.filter(isNew)];
}

/** The first ones of each invariant. */
function bounded(differences: readonly Difference[]): Difference[] {
  const groups = Map.groupBy(differences, ({ invariant }) => invariant);
  return [...groups.values()].flatMap((group) => group.slice(0, MAX_DIFFERENCES));
}
