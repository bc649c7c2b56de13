import { InventoryError } from '../errors.js';
import { type PendingSale, type SaleDecision } from './pending-sale.js';
import { type LimitFacts } from './purchase-limit.js';

/** How long a refusal is believed, in ms. Units that the customer got back meanwhile, and a higher limit, count after it. */
const BELIEVED_MS = 1_000;

/** Refusals that are remembered at most. */
const MAX_REFUSALS = 10_000;

interface Refusal {
  error: InventoryError;
  /** Units that the customer may still buy. */
  remaining: number;
  believedUntil: Date;
}

/**
 * The customers that this process has just refused for their limit: those who keep asking are refused again without the database.
 * An optimistic batch with such a request fails, and all its buyers wait for a batch under locks.
 */
export class LimitRefusals {
  /** The oldest first. */
  private readonly refusals = new Map<string, Refusal>();

  /** @param now by the clock of the database, as `remember` */
  refusal(asked: PendingSale, now: Date): InventoryError | undefined {
    if (this.refusals.size === 0) return undefined;
    for (const { sku, quantity } of asked.lines) {
      const known = this.refusals.get(refusalKey(sku, asked));
      if (known && now < known.believedUntil && quantity > known.remaining) return known.error;
    }
    return undefined;
  }

  /** Remembers a refusal for a limit that the database has decided, and no other decision. */
  remember(asked: PendingSale, decision: SaleDecision, now: Date): void {
    if (!(decision instanceof InventoryError) || decision.code !== 'SALE.LIMIT_REACHED') return;
    this.forgetOld(now);
    const { sku, remaining, resetsAt } = decision.facts as LimitFacts;
    const endsMs = resetsAt === null ? Infinity : Date.parse(resetsAt);
    const believedUntil = new Date(Math.min(now.getTime() + BELIEVED_MS, endsMs));
    const key = refusalKey(sku, asked);
    // A key that is set again keeps its place.
    this.refusals.delete(key);
    this.refusals.set(key, { error: decision, remaining, believedUntil });
  }

  private forgetOld(now: Date): void {
    for (const [key, { believedUntil }] of this.refusals) {
      if (now < believedUntil && this.refusals.size < MAX_REFUSALS) return;
      this.refusals.delete(key);
    }
  }
}

function refusalKey(sku: string, { customerKey }: PendingSale): string {
  return `${sku} ${customerKey}`;
}
