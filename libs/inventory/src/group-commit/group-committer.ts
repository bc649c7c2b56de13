/** Limits of a {@link GroupCommitter}. */
export interface BatchLimits {
  /** The most items in one batch. */
  batchSize: number;
  /** The longest time that an item waits for its batch to begin, in ms. */
  waitMs: number;
}

/** An item that was not begun: too many items wait before it, or its caller has left. */
export type NotBegun = { readonly kind: 'OVERLOADED' } | { readonly kind: 'ABANDONED' };

const OVERLOADED: NotBegun = { kind: 'OVERLOADED' };
const ABANDONED: NotBegun = { kind: 'ABANDONED' };

export interface GroupCommitterOptions<Item, Outcome> {
  limits: BatchLimits;
  /** The most batches that are committed at the same time; 1 when it is left out. */
  maxInFlight?: number;
  /**
   * Commits one batch.
   *
   * @param gather takes the items that wait at that moment. Call it once, as late as possible: after a lock was waited
   * for, so that the batch holds everything that arrived in the meantime. It may return no items.
   * @returns an outcome for each gathered item, in their order. An error is the outcome of its item alone.
   */
  commit: (gather: () => readonly Item[]) => Promise<readonly (Outcome | Error)[]>;
  /** Whether the error of a batch applies to each of its items. Otherwise the items are tried again in smaller batches. */
  concernsAll: (error: unknown) => boolean;
  isAbandoned: (item: Item) => boolean;
  /** Called after each committed batch, with the time that each item waited and the time of the commit, in ms. */
  observe?: (batch: { waitsMs: readonly number[]; commitMs: number }) => void;
}

interface Waiting<Item, Outcome> {
  item: Item;
  since: number;
  resolve: (outcome: Outcome | NotBegun) => void;
  reject: (error: unknown) => void;
}

/** How often overdue items are looked for within the longest wait. */
const CHECKS_PER_WAIT = 20;

/** Weight of the newest batch in the moving average of a batch's duration. */
const NEWEST_WEIGHT = 0.2;

/**
 * Group commit: while one batch is being committed, the items that arrive are gathered for the next batch. The more items
 * arrive, the fewer commits an item costs. All batches change the same rows, so that a second one in flight waits for the
 * row locks of the first: the database begins it as soon as the first is committed, without waiting for this process.
 */
export class GroupCommitter<Item, Outcome> {
  private waiting: Waiting<Item, Outcome>[] = [];
  private isScheduled = false;
  private readonly inFlight = new Set<Promise<void>>();
  /** Batches in flight that wait for a lock, and have not gathered yet. */
  private gathering = 0;
  /** The size of the batch that was gathered last. */
  private newestSize = 0;
  /** The moving average of the time from one batch to the next under load, the wait for a lock included. */
  private averageMs = 0;
  private lastSubmitted: Promise<unknown> = Promise.resolve();
  private readonly overdueTimer: NodeJS.Timeout;

  constructor(private readonly options: GroupCommitterOptions<Item, Outcome>) {
    this.overdueTimer = setInterval(
      () => this.shedOverdue(),
      options.limits.waitMs / CHECKS_PER_WAIT,
    ).unref();
  }

  /**
   * The most items that may wait: as many as are committed within the longest wait, at the pace of the recent batches.
   * One whole batch may always wait, because the pace is only known from a batch.
   */
  get maxWaiting(): number {
    const { batchSize, waitMs } = this.options.limits;
    return batchSize * Math.max(1, Math.floor(waitMs / Math.max(1, this.averageMs)));
  }

  get waitingCount(): number {
    return this.waiting.length;
  }

  /**
   * @param since when the item arrived, by `performance.now()`, if it waited elsewhere before. The item is queued before
   * items that arrived later, and its longest wait is counted from then.
   * @returns the outcome, once it is committed; or the reason why the item was not begun
   */
  submit(item: Item, since?: number): Promise<Outcome | NotBegun> {
    if (this.waiting.length >= this.maxWaiting) return Promise.resolve(OVERLOADED);
    const later = since === undefined ? -1 : this.waiting.findIndex((other) => other.since > since);
    const answered = new Promise<Outcome | NotBegun>((resolve, reject) => {
      const waiting = { item, since: since ?? performance.now(), resolve, reject };
      if (later === -1) this.waiting.push(waiting);
      else this.waiting.splice(later, 0, waiting);
    });
    if (later === -1) this.lastSubmitted = answered;
    this.schedule();
    return answered;
  }

  /** Resolves when every item that was submitted until now is answered. */
  async drain(): Promise<void> {
    await this.lastSubmitted.catch(() => undefined);
    // A batch in flight may end after a later one, and abandoned items are answered before the rest of their batch.
    await Promise.all(this.inFlight);
  }

  /** Stops looking for overdue items. */
  close(): void {
    clearInterval(this.overdueTimer);
  }

  private get mayBegin(): boolean {
    if (this.waiting.length === 0) return false;
    if (this.inFlight.size === 0) return true;
    const { maxInFlight = 1 } = this.options;
    return (
      this.inFlight.size < maxInFlight &&
      this.gathering === 0 &&
      // Smaller batches would cost more commits than the overlap gains (docs/performance.md, "Lessons").
      this.waiting.length >= this.newestSize
    );
  }

  private schedule(): void {
    if (this.isScheduled || !this.mayBegin) return;
    this.isScheduled = true;
    // Runs after the other requests that arrived in this turn of the event loop, so that they join the batch.
    setImmediate(() => {
      this.isScheduled = false;
      this.begin();
    });
  }

  private begin(): void {
    if (!this.mayBegin) return;
    const running = this.run(() => this.inFlight.delete(running));
    this.inFlight.add(running);
  }

  private async run(settle: () => void): Promise<void> {
    this.gathering += 1;
    const answer = await this.commit(() => {
      this.gathering -= 1;
      const batch = this.nextBatch();
      this.newestSize = batch.length;
      // More may wait than one batch takes.
      this.schedule();
      return batch;
    });
    settle();
    // Begin the next batch before the answers of this one are sent: the database works in the meantime.
    this.begin();
    answer();
  }

  /** Commits one batch. @returns a function that answers every item of the batch */
  private async commit(nextBatch: () => readonly Waiting<Item, Outcome>[]): Promise<() => void> {
    const begunAt = performance.now();
    let gatheredAt = begunAt;
    let batch: readonly Waiting<Item, Outcome>[] | undefined;
    const gather = () => {
      batch = nextBatch();
      gatheredAt = performance.now();
      return batch.map(({ item }) => item);
    };
    try {
      const outcomes = await this.options.commit(gather);
      if (batch && batch.length > 0) this.measure(batch, begunAt, gatheredAt);
      return () =>
        batch?.forEach(({ resolve, reject }, index) => {
          const outcome = outcomes[index]!;
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome);
        });
    } catch (error) {
      // A commit that failed before it gathered must not leave its items waiting: the next one would fail the same way.
      const failed = batch ?? nextBatch();
      if (failed.length <= 1 || this.options.concernsAll(error)) {
        return () => failed.forEach(({ reject }) => reject(error));
      }
      const half = failed.length >> 1;
      const answerFirst = await this.commit(() => failed.slice(0, half));
      const answerSecond = await this.commit(() => failed.slice(half));
      return () => {
        answerFirst();
        answerSecond();
      };
    }
  }

  private measure(batch: readonly Waiting<Item, Outcome>[], begunAt: number, gatheredAt: number): void {
    const endedAt = performance.now();
    // Batches in flight together share the time.
    const batchMs = (endedAt - begunAt) / Math.max(1, this.inFlight.size);
    this.averageMs += NEWEST_WEIGHT * (batchMs - this.averageMs);
    this.options.observe?.({
      waitsMs: batch.map(({ since }) => gatheredAt - since),
      commitMs: endedAt - gatheredAt,
    });
  }

  private nextBatch(): Waiting<Item, Outcome>[] {
    const batch: Waiting<Item, Outcome>[] = [];
    let taken = 0;
    for (; taken < this.waiting.length && batch.length < this.options.limits.batchSize; taken += 1) {
      const next = this.waiting[taken]!;
      if (this.options.isAbandoned(next.item)) next.resolve(ABANDONED);
      else batch.push(next);
    }
    this.waiting = taken === this.waiting.length ? [] : this.waiting.slice(taken);
    return batch;
  }

  /**
   * Items are in the order of their arrival, so the overdue ones are the first. Without a batch in hand the next one begins
   * in this turn of the event loop: items that are overdue only because the event loop was busy are begun, not refused.
   */
  private shedOverdue(): void {
    if (this.inFlight.size === 0) return;
    const oldest = performance.now() - this.options.limits.waitMs;
    const kept = this.waiting.findIndex(({ since }) => since > oldest);
    const overdue = this.waiting.splice(0, kept === -1 ? this.waiting.length : kept);
    for (const { resolve } of overdue) resolve(OVERLOADED);
  }
}
