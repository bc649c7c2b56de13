/** Bounds of a {@link GroupCommitter}. */
export interface GroupLimits {
  /** Most items of one batch. */
  batchSize: number;
  /** Longest wait for the turn of one's batch, in ms. */
  waitMs: number;
}

/** An item that was not begun: too many are before it, or nobody wants it any more. */
export type NotBegun = { readonly kind: 'OVERLOADED' } | { readonly kind: 'ABANDONED' };

const OVERLOADED: NotBegun = { kind: 'OVERLOADED' };
const ABANDONED: NotBegun = { kind: 'ABANDONED' };

/** The right to commit the next batch, before all others who want the same. */
export interface Turn {
  /** Gives it back, if it still is held. Never fails. */
  end(): Promise<void>;
}

export interface GroupCommitterOptions<Item, Outcome, Held extends Turn> {
  limits: GroupLimits;
  /**
   * Waits for the turn, of which a batch is then gathered: it is all who came in the meantime. Never fails;
   * `undefined` when there is nobody to wait for.
   */
  takeTurn?: () => Promise<Held | undefined>;
  /** Commits all items at once, and says what came of each, in their order; an error is that of its item alone. */
  commit: (items: readonly Item[], turn?: Held) => Promise<readonly (Outcome | Error)[]>;
  /** Whether the error of a batch would be that of each of its items. Otherwise they are tried in smaller batches. */
  concernsAll: (error: unknown) => boolean;
  isAbandoned: (item: Item) => boolean;
  /** Told of each batch that was committed: how long its items had waited for it, and how long it took, in ms. */
  observe?: (batch: { waitsMs: readonly number[]; commitMs: number }) => void;
}

interface Waiting<Item, Outcome> {
  item: Item;
  since: number;
  resolve: (outcome: Outcome | NotBegun) => void;
  reject: (error: unknown) => void;
}

/** How often the waiting are looked through for those who have waited too long, as a part of the longest wait. */
const LOOKS_PER_WAIT = 20;

/** Weight of the newest batch in the average of how long one takes. */
const NEWEST_WEIGHT = 0.2;

/**
 * Gathers what is asked for while one batch is on its way to the disk, and commits it as the next: the busier it
 * is, the fewer commits an item costs. One batch at a time: they all want the same rows.
 */
export class GroupCommitter<Item, Outcome, Held extends Turn = Turn> {
  private waiting: Waiting<Item, Outcome>[] = [];
  private isScheduled = false;
  private isCommitting = false;
  /** From the beginning of one batch to that of the next, while there is always one. */
  private averageMs = 0;
  private lastSubmitted: Promise<unknown> = Promise.resolve();
  private lastBatch: Promise<void> = Promise.resolve();
  private readonly watch: NodeJS.Timeout;

  constructor(private readonly options: GroupCommitterOptions<Item, Outcome, Held>) {
    this.watch = setInterval(() => this.shedOverdue(), options.limits.waitMs / LOOKS_PER_WAIT).unref();
  }

  /**
   * How many may wait: as many as the database commits within the longest wait, at the pace of the last batches.
   * A whole batch may always wait, since only a batch tells the pace.
   */
  get mostWaiting(): number {
    const { batchSize, waitMs } = this.options.limits;
    return batchSize * Math.max(1, Math.floor(waitMs / Math.max(1, this.averageMs)));
  }

  get waitingCount(): number {
    return this.waiting.length;
  }

  /**
   * @param since when the item arrived, by `performance.now()`, if it has waited elsewhere before. It goes before those
   * that arrived later, and its longest wait is counted from then.
   * @returns the outcome once it is committed; or, at once or before its batch was begun, why it was not begun
   */
  submit(item: Item, since?: number): Promise<Outcome | NotBegun> {
    if (this.waiting.length >= this.mostWaiting) return Promise.resolve(OVERLOADED);
    const later = since === undefined ? -1 : this.waiting.findIndex((other) => other.since > since);
    const answered = new Promise<Outcome | NotBegun>((resolve, reject) => {
      const waiting = { item, since: since ?? performance.now(), resolve, reject };
      if (later === -1) this.waiting.push(waiting);
      else this.waiting.splice(later, 0, waiting);
    });
    if (later === -1) this.lastSubmitted = answered;
    if (!this.isCommitting && !this.isScheduled) {
      this.isScheduled = true;
      // After all the requests that arrived together with this one: they go into the same batch.
      setImmediate(() => this.begin());
    }
    return answered;
  }

  /** Resolves when all that was submitted until now is answered. */
  async drain(): Promise<void> {
    await this.lastSubmitted.catch(() => undefined);
    // Who has gone is answered while the others of the batch are still being committed.
    await this.lastBatch;
  }

  /** Ends the watch over the waiting. */
  close(): void {
    clearInterval(this.watch);
  }

  private begin(): void {
    this.isScheduled = false;
    this.isCommitting = this.waiting.length > 0;
    if (this.isCommitting) this.lastBatch = this.run();
  }

  private async run(): Promise<void> {
    const begun = performance.now();
    const turn = await this.options.takeTurn?.();
    const batch = this.nextBatch();
    if (batch.length === 0) {
      await turn?.end();
      return this.begin();
    }
    const answer = await this.attempt(batch, turn, begun);
    // The next batch is on its way before the answers of this one are written: the database works meanwhile.
    this.begin();
    answer();
  }

  /** @returns what answers every item of the batch */
  private async attempt(
    batch: readonly Waiting<Item, Outcome>[],
    turn?: Held,
    begun = performance.now(),
  ): Promise<() => void> {
    const gathered = performance.now();
    try {
      const items = batch.map(({ item }) => item);
      const outcomes = await this.options.commit(items, turn).finally(() => turn?.end());
      const ended = performance.now();
      this.averageMs += NEWEST_WEIGHT * (ended - begun - this.averageMs);
      this.options.observe?.({
        waitsMs: batch.map(({ since }) => gathered - since),
        commitMs: ended - gathered,
      });
      return () =>
        batch.forEach(({ resolve, reject }, index) => {
          const outcome = outcomes[index]!;
          if (outcome instanceof Error) reject(outcome);
          else resolve(outcome);
        });
    } catch (error) {
      if (batch.length === 1 || this.options.concernsAll(error)) {
        return () => batch.forEach(({ reject }) => reject(error));
      }
      const half = batch.length >> 1;
      const answerFirst = await this.attempt(batch.slice(0, half));
      const answerSecond = await this.attempt(batch.slice(half));
      return () => {
        answerFirst();
        answerSecond();
      };
    }
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

  /** The first to come have waited longest. */
  private shedOverdue(): void {
    const oldest = performance.now() - this.options.limits.waitMs;
    const kept = this.waiting.findIndex(({ since }) => since > oldest);
    const overdue = this.waiting.splice(0, kept === -1 ? this.waiting.length : kept);
    for (const { resolve } of overdue) resolve(OVERLOADED);
  }
}
