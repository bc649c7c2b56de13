import { type AttemptClaim, type FactoryGuard, RestockAttemptService } from '#inventory';
import { type Delivery, QueueHandler, RetryLaterError } from '#messaging';
import { RestockMessage } from '#queues';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';
import { retryUntil } from '../outage/retry-until.js';
import { FactoryError } from './factory-error.js';
import { factoryGuard } from './factory-guard.js';
import { FactoryClient } from './factory.client.js';

/** How much longer the lease of an attempt is than the factory's timeout, in ms: for the writes before and after it. */
const LEASE_MARGIN_MS = 5_000;

type Claimed = Extract<AttemptClaim, { kind: 'CLAIMED' }>;

/**
 * Orders the goods of a restock order from the factory: once, although the message may come twice. A fault of the order
 * uses up the receives of its message. A fault of the factory uses up none: the order waits in the database, and is asked
 * for by a new message.
 */
@Injectable()
export class RestockHandler {
  private readonly logger = new Logger(RestockHandler.name);
  private readonly guard: FactoryGuard | undefined;

  constructor(
    private readonly attempts: RestockAttemptService,
    private readonly factories: FactoryClient,
    @Inject(WORKER_ENVIRONMENT) private readonly environment: WorkerEnvironment,
  ) {
    this.guard = factoryGuard(environment);
  }

  @QueueHandler('restock')
  async order({ messageId, message: { restockOrderId } }: Delivery<RestockMessage>): Promise<void> {
    const leaseMs = this.environment.FACTORY_TIMEOUT_MS + LEASE_MARGIN_MS;
    // Measured from before the claim, so that the lease does not end earlier.
    const leaseEndsAtMs = performance.now() + leaseMs;
    const { guard } = this;
    const claim = await this.attempts.claim(restockOrderId, leaseMs, { messageId, guard });
    if (claim.kind === 'SETTLED') return;
    if (claim.kind === 'WAITING') {
      this.logger.debug(`Restock order ${restockOrderId} waits: ${claim.cause}`);
      return;
    }
    if (claim.kind === 'BUSY') {
      // The other delivery has its answer by the end of the lease. An earlier attempt would only use up receives.
      throw new RetryLaterError('another delivery is asking the factory for this order', leaseMs / 1000);
    }
    await this.send(claim, leaseEndsAtMs);
  }

  private async send({ order, factory, claimedAt }: Claimed, leaseEndsAtMs: number): Promise<void> {
    try {
      await this.factories.order(order, factory, claimedAt);
    } catch (error) {
      await this.recordFailure(order, error, leaseEndsAtMs);
      return;
    }
    await retryUntil(leaseEndsAtMs, () => this.attempts.recordOrdered(order.id));
    this.logger.log(
      `Ordered ${order.quantity} of ${order.sku} from ${factory.id}: restock order ${order.id}`,
    );
  }

  /** @throws the error when it uses up a receive of the message */
  private async recordFailure(order: Claimed['order'], error: unknown, leaseEndsAtMs: number): Promise<void> {
    const { message } = error as Error;
    this.logger.warn(`Restock order ${order.id}, attempt ${order.attempts}: ${message}`);
    const isFactoryFault = error instanceof FactoryError && !error.isOrderFault;
    if (!isFactoryFault) {
      const code = error instanceof FactoryError ? error.code : (error as Error).name;
      await retryUntil(leaseEndsAtMs, () =>
        this.attempts.recordFault(order.id, `${code}: ${message}`, order.attemptUntil),
      );
      throw error;
    }
    const { code, mayBeOrdered, retryAfterSeconds = 0 } = error;
    const fault = { cause: `${code}: ${message}`, mayBeOrdered, announcedMs: retryAfterSeconds * 1000 };
    await retryUntil(leaseEndsAtMs, () => this.attempts.recordFactoryFault(order, fault, this.guard));
    if (!this.guard) throw error;
  }
}
