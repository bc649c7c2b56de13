export interface TokenBucketOptions {
  /** Tokens of a key that has taken none for long. */
  burst: number;
  /** After this a key has one token more, in ms. */
  refillMs: number;
  /** With more keys than these, the one unseen for longest begins anew: memory stays bounded. */
  maxKeys: number;
}

interface Bucket {
  tokens: number;
  refilledAt: number;
}

/**
 * Token buckets, one for each key. Takes effect at once, between no two awaits, so that requests which arrive together
 * cannot get past the limit. Times are those of `performance.now()`.
 */
export class TokenBuckets {
  /** In the order in which they were last taken from. */
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly options: TokenBucketOptions) {}

  /** Takes a token of `key`. False when there is none. */
  take(key: string, now = performance.now()): boolean {
    const { tokens, refilledAt } = this.bucketOf(key, now);
    const isAllowed = tokens > 0;
    this.buckets.delete(key);
    this.buckets.set(key, { tokens: isAllowed ? tokens - 1 : 0, refilledAt });
    if (this.buckets.size > this.options.maxKeys) this.buckets.delete(this.buckets.keys().next().value!);
    return isAllowed;
  }

  /** Gives a token back that was {@link take taken}. */
  giveBack(key: string): void {
    const bucket = this.buckets.get(key);
    if (bucket) bucket.tokens = Math.min(this.options.burst, bucket.tokens + 1);
  }

  /** Milliseconds until `key` has a token; 0 when it has one. Takes none. */
  waitMs(key: string, now = performance.now()): number {
    const { tokens, refilledAt } = this.bucketOf(key, now);
    return tokens > 0 ? 0 : refilledAt + this.options.refillMs - now;
  }

  /** Number of keys that are remembered. */
  get size(): number {
    return this.buckets.size;
  }

  private bucketOf(key: string, now: number): Bucket {
    const { burst, refillMs } = this.options;
    const bucket = this.buckets.get(key);
    if (!bucket) return { tokens: burst, refilledAt: now };
    const earned = Math.floor((now - bucket.refilledAt) / refillMs);
    if (bucket.tokens + earned >= burst) return { tokens: burst, refilledAt: now };
    return { tokens: bucket.tokens + earned, refilledAt: bucket.refilledAt + earned * refillMs };
  }
}
