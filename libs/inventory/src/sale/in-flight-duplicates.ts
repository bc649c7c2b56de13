import { InventoryError } from '../errors.js';
import { type PendingSale } from './pending-sale.js';
import { replay, SaleKeyReusedError, type UsedKey } from './stored-sales.js';
import { type SaleOutcome } from './sale-request.js';

/**
 * Most requests that wait under one idempotency key. A client that repeats a request has a few on their way; this
 * bounds what a faulty or hostile one makes a process keep.
 */
export const MAX_DUPLICATES = 100;

/** A request that waits for the one before it under the same key. */
export interface InFlightDuplicate {
  readonly sale: PendingSale;
  /** By `performance.now()`. */
  readonly arrivedAt: number;
  readonly answer: PromiseWithResolvers<SaleOutcome>;
  /** Answers it `OVERLOADED` when it has waited too long. */
  timer?: NodeJS.Timeout;
}

/**
 * Requests that wait because another request with the same idempotency key, the current one, is being decided. They may have
 * another body. The total work is linear in their number.
 */
export class InFlightDuplicates {
  /** By fingerprint. The groups are in the order in which their first requests arrived. */
  private readonly groups = new Map<string, Set<InFlightDuplicate>>();
  private count = 0;

  constructor(
    /** Of the current request. */
    private currentFingerprint: string,
    private readonly waitLimitMs: number,
  ) {}

  /** {@link MAX_DUPLICATES} are waiting. */
  get isFull(): boolean {
    return this.count >= MAX_DUPLICATES;
  }

  /** The answers that are still to be given. */
  *answers(): Generator<Promise<SaleOutcome>> {
    for (const group of this.groups.values()) for (const { answer } of group) yield answer.promise;
  }

  /** @returns the answer, which {@link settle} gives, or `OVERLOADED` after the longest wait */
  add(sale: PendingSale): Promise<SaleOutcome> {
    const { requestFingerprint: fingerprint } = sale;
    const duplicate: InFlightDuplicate = {
      sale,
      arrivedAt: sale.arrivedAt,
      answer: Promise.withResolvers(),
    };
    // An equal request needs no limit of its own: it gets the answer of the current one, which arrived before.
    if (fingerprint !== this.currentFingerprint) {
      duplicate.timer = setTimeout(() => this.shed(duplicate), this.waitLimitMs).unref();
    }
    const group = this.groups.get(fingerprint);
    if (group) group.add(duplicate);
    else this.groups.set(fingerprint, new Set([duplicate]));
    this.count += 1;
    return duplicate.answer.promise;
  }

  /**
   * Answers every request that the outcome of the current one decides as well:
   * - a sale answers all, because the key is used: equal requests are replays, the others reuse the key;
   * - a refusal by a rule answers the equal ones, and leaves the key free for the next request;
   * - a current request that was abandoned answers none;
   * - anything else answers all with the same error: the queue is full, the database is down, or the outcome is unknown.
   *   Retrying each would probably fail the same way. None of the waiting requests was begun.
   *
   * @returns the request that is to be decided now, as the current one; `undefined` when none is left
   */
  settle(outcome: SaleOutcome | Error): InFlightDuplicate | undefined {
    const used = usedKey(this.currentFingerprint, outcome);
    if (used) this.answerAll((sale) => replay(used, sale));
    else if (isRefusal(outcome)) this.answerGroup(this.currentFingerprint, () => outcome);
    else if (outcome instanceof Error || outcome.kind !== 'ABANDONED') this.answerAll(() => outcome);
    return this.takeNext();
  }

  /** First come, first served; but an equal request takes the place of the one that was abandoned. */
  private takeNext(): InFlightDuplicate | undefined {
    const equal = this.takeFrom(this.currentFingerprint);
    if (equal) return equal;
    for (const fingerprint of this.groups.keys()) {
      const next = this.takeFrom(fingerprint);
      if (next) return next;
    }
    return undefined;
  }

  /** The first of a group that is still to be decided. Those before it are answered. */
  private takeFrom(fingerprint: string): InFlightDuplicate | undefined {
    for (const duplicate of this.groups.get(fingerprint) ?? []) {
      if (duplicate.sale.isAbandoned?.()) {
        this.answer(duplicate, { kind: 'ABANDONED' });
      } else if (performance.now() - duplicate.arrivedAt >= this.waitLimitMs) {
        this.answer(duplicate, { kind: 'OVERLOADED' });
      } else {
        this.remove(duplicate);
        this.currentFingerprint = fingerprint;
        return duplicate;
      }
    }
    return undefined;
  }

  private shed(duplicate: InFlightDuplicate): void {
    // Its group may have become that of the current request since: see add().
    if (duplicate.sale.requestFingerprint === this.currentFingerprint) return;
    this.answer(duplicate, { kind: 'OVERLOADED' });
  }

  private answerAll(decide: (sale: PendingSale) => SaleOutcome | Error): void {
    for (const fingerprint of this.groups.keys()) this.answerGroup(fingerprint, decide);
  }

  private answerGroup(fingerprint: string, decide: (sale: PendingSale) => SaleOutcome | Error): void {
    for (const duplicate of this.groups.get(fingerprint) ?? []) {
      this.answer(duplicate, decide(duplicate.sale));
    }
  }

  private answer(duplicate: InFlightDuplicate, outcome: SaleOutcome | Error): void {
    this.remove(duplicate);
    if (outcome instanceof Error) duplicate.answer.reject(outcome);
    else duplicate.answer.resolve(outcome);
  }

  private remove(duplicate: InFlightDuplicate): void {
    clearTimeout(duplicate.timer);
    const { requestFingerprint: fingerprint } = duplicate.sale;
    const group = this.groups.get(fingerprint)!;
    group.delete(duplicate);
    if (group.size === 0) this.groups.delete(fingerprint);
    this.count -= 1;
  }
}

/** What the outcome of a request tells of the sale that its key was used for, if it was. */
function usedKey(fingerprint: string, outcome: SaleOutcome | Error): UsedKey | undefined {
  if (outcome instanceof SaleKeyReusedError) return outcome.usedKey;
  if (outcome instanceof Error || !('sale' in outcome)) return undefined;
  return { requestFingerprint: fingerprint, sale: outcome.sale };
}

/** Whether it is certain that nothing was sold, and for a reason that need not concern another request. */
function isRefusal(outcome: SaleOutcome | Error): boolean {
  if (outcome instanceof Error) {
    return outcome instanceof InventoryError && outcome.code !== 'DATABASE.UNAVAILABLE';
  }
  return outcome.kind === 'REFUSED';
}
