import { RestockProgressService } from '#inventory';
import { type Delivery, QueueHandler, RetryLaterError } from '#messaging';
import { RestockMessage } from '#queues';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';
import { retryUntil } from '../outage/retry-until.js';
import { FactoryClient, type FactoryError } from './factory.client.js';

/** How much longer the lease of an attempt is than the factory's timeout, in ms: for the writes before and after it. */
const LEASE_MARGIN_MS = 5_000;

/** Orders the goods of a restock order from the factory: once, although the message may come twice. */
@Injectable()
export class RestockHandler {
  private readonly logger = new Logger(RestockHandler.name);

  constructor(
    private readonly progress: RestockProgressService,
    private readonly factories: FactoryClient,
    @Inject(WORKER_ENVIRONMENT) private readonly environment: WorkerEnvironment,
  ) {}

  @QueueHandler('restock')
  async order({ message: { restockOrderId } }: Delivery<RestockMessage>): Promise<void> {
    const leaseMs = this.environment.FACTORY_TIMEOUT_MS + LEASE_MARGIN_MS;
    // Measured from before the claim, so that the lease does not end earlier.
    const leaseEndsAtMs = performance.now() + leaseMs;
    const claim = await this.progress.claimAttempt(restockOrderId, leaseMs);
    if (claim.kind === 'SETTLED') return;
    if (claim.kind === 'BUSY') {
      // The other delivery has its answer by the end of the lease. An earlier attempt would only use up receives.
      throw new RetryLaterError('another delivery is asking the factory for this order', leaseMs / 1000);
    }
    const { order, factory, claimedAt } = claim;
    try {
      await this.factories.order(order, factory, claimedAt);
    } catch (error) {
      const { code, message } = error as FactoryError;
      this.logger.warn(`Restock order ${order.id}, attempt ${order.attempts}: ${message}`);
      await this.progress.recordAttemptFailure(order.id, `${code}: ${message}`, order.attemptUntil);
      throw error;
    }
    await retryUntil(leaseEndsAtMs, () => this.progress.recordOrdered(order.id));
    this.logger.log(
      `Ordered ${order.quantity} of ${order.sku} from ${factory.id}: restock order ${order.id}`,
    );
  }
}
