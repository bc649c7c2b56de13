/** A request that is being decided, by its idempotency key. */
export interface InFlightRequest<Duplicates> {
  readonly key: string;
  /** The fingerprint of the first request. */
  readonly requestFingerprint: string;
  /** Requests that wait under the same key. Most requests have none. */
  duplicates: Duplicates | undefined;
  readonly bucket: number;
  /** The next request in the same bucket. */
  next: InFlightRequest<Duplicates> | undefined;
}

/** A power of two, far more than the requests that are in flight while the database is quick. */
const BUCKETS = 1 << 12;

/**
 * Requests that are being decided, by their idempotency keys: a hash table with a fixed number of buckets.
 *
 * Not a `Map`: V8 replaces a map's table every few entries. A table that reached the old generation keeps the next table,
 * and all entries in it, from the young generation's collector. That was up to a quarter of the processor time of a sale.
 */
export class InFlightRequests<Duplicates> {
  private readonly buckets = new Array<InFlightRequest<Duplicates> | undefined>(BUCKETS).fill(undefined);

  find(key: string): InFlightRequest<Duplicates> | undefined {
    let found = this.buckets[bucketOf(key)];
    while (found && found.key !== key) found = found.next;
    return found;
  }

  /** @param key a key that is not in the table yet */
  add(key: string, requestFingerprint: string): InFlightRequest<Duplicates> {
    const bucket = bucketOf(key);
    const added = { key, requestFingerprint, duplicates: undefined, bucket, next: this.buckets[bucket] };
    this.buckets[bucket] = added;
    return added;
  }

  remove(request: InFlightRequest<Duplicates>): void {
    let previous = this.buckets[request.bucket];
    if (previous === request) {
      this.buckets[request.bucket] = request.next;
    } else {
      while (previous && previous.next !== request) previous = previous.next;
      if (previous) previous.next = request.next;
    }
    // Clear the link, so that the garbage collector can free the entries behind this one.
    request.next = undefined;
  }

  /** The duplicates of all requests that have some. */
  *allDuplicates(): Generator<Duplicates> {
    for (const first of this.buckets) {
      for (let found = first; found; found = found.next) if (found.duplicates) yield found.duplicates;
    }
  }
}

function bucketOf(key: string): number {
  let hash = 0;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash, 31) + key.charCodeAt(index);
  return (hash ^ (hash >>> 15)) & (BUCKETS - 1);
}
