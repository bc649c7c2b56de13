import { type Verification } from '#inventory';
import { TokenBuckets } from '../token-buckets.js';

const MAX_ORDERS = 10_000;

/** One key for all, where an allowance is not by order. */
const ALL = '';

/**
 * Bounds how many callbacks are put on the queue, so that none drowns the goods of another order: by order and by what
 * the signature says. Every order has its own allowance for valid callbacks, which nobody can use up without its URL.
 */
export class CallbackAllowance {
  /** Far above the parts in which the factory delivers one order. */
  private readonly valid = new TokenBuckets({ burst: 100, refillMs: 1_000, maxKeys: MAX_ORDERS });
  private readonly expired = new TokenBuckets({ burst: 5, refillMs: 60_000, maxKeys: MAX_ORDERS });
  private readonly forged = new TokenBuckets({ burst: 5, refillMs: 60_000, maxKeys: MAX_ORDERS });
  /** A stranger can name any number of orders. */
  private readonly allForged = new TokenBuckets({ burst: 20, refillMs: 10_000, maxKeys: 1 });

  /** Takes one callback's place. 0, or the seconds after which there is one again. */
  take(verification: Verification, restockOrderId: string): number {
    if (verification === 'INVALID_SIGNATURE') {
      return takeFrom(this.forged, restockOrderId) || takeFrom(this.allForged, ALL);
    }
    return takeFrom(verification === 'EXPIRED' ? this.expired : this.valid, restockOrderId);
  }
}

function takeFrom(buckets: TokenBuckets, key: string): number {
  return buckets.take(key) ? 0 : Math.max(1, Math.ceil(buckets.waitMs(key) / 1_000));
}
