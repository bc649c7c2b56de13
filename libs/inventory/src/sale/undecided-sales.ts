import { type InFlightDuplicates } from './in-flight-duplicates.js';
import { type SaleOutcome } from './sale-request.js';

/** An idempotency key under which a sale is being decided. */
export interface UndecidedSale {
  readonly key: string;
  /** Of the first request. */
  readonly requestFingerprint: string;
  /** Requests that wait under the same key; most sales have none. */
  duplicates: InFlightDuplicates | undefined;
  readonly place: number;
  /** In the same place. */
  next: UndecidedSale | undefined;
}

/** A power of two, far more than sales are undecided while the database is quick. */
const PLACES = 1 << 12;

/**
 * Sales that are being decided, by their idempotency keys. Not a `Map`: V8 makes it a new table every few entries, and
 * each table that has come into the old generation keeps the next, and all that stood in it, from the young
 * generation's collector. That was up to a quarter of what a sale cost this process.
 */
export class UndecidedSales {
  private readonly places = new Array<UndecidedSale | undefined>(PLACES).fill(undefined);

  find(key: string): UndecidedSale | undefined {
    let found = this.places[placeOf(key)];
    while (found && found.key !== key) found = found.next;
    return found;
  }

  /** @param key one that is not in here yet */
  add(key: string, requestFingerprint: string): UndecidedSale {
    const place = placeOf(key);
    const added = { key, requestFingerprint, duplicates: undefined, place, next: this.places[place] };
    this.places[place] = added;
    return added;
  }

  remove(decided: UndecidedSale): void {
    let before = this.places[decided.place];
    if (before === decided) {
      this.places[decided.place] = decided.next;
    } else {
      while (before && before.next !== decided) before = before.next;
      if (before) before.next = decided.next;
    }
    // What is gone must not keep what is here.
    decided.next = undefined;
  }

  /** The answers that waiting duplicates are still to be given. */
  *duplicateAnswers(): Generator<Promise<SaleOutcome>> {
    for (const first of this.places) {
      for (let found = first; found; found = found.next) yield* found.duplicates?.answers() ?? [];
    }
  }
}

function placeOf(key: string): number {
  let hash = 0;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash, 31) + key.charCodeAt(index);
  return (hash ^ (hash >>> 15)) & (PLACES - 1);
}
