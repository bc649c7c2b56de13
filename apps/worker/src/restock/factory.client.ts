import { callbackUrl, type Factory, type RestockOrder } from '#inventory';
import { Inject, Injectable } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';

export type FactoryErrorCode = 'FACTORY.REFUSED' | 'FACTORY.TIMEOUT' | 'FACTORY.UNREACHABLE';

/** The factory refused the order, or did not answer. Only a refusal is certain. */
export class FactoryError extends Error {
  constructor(
    readonly code: FactoryErrorCode,
    message: string,
    /** The delay that the factory asked for before the next attempt. */
    readonly retryAfterSeconds?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'FactoryError';
  }
}

/** The longest delay that the factory may ask for, in seconds. */
const MAX_RETRY_AFTER_SECONDS = 600;

/**
 * Orders goods through the factory's legacy API. The consumer of the `restock` queue limits the concurrent requests of a
 * worker to FACTORY_CONCURRENCY.
 */
@Injectable()
export class FactoryClient {
  constructor(@Inject(WORKER_ENVIRONMENT) private readonly environment: WorkerEnvironment) {}

  /**
   * Resolves when the factory has accepted the order.
   *
   * @param claimedAt of the attempt, by the database's clock: its callback is valid for CALLBACK_VALID_SECONDS from then
   * on
   * @throws FactoryError
   */
  async order(order: RestockOrder, factory: Factory, claimedAt: Date): Promise<void> {
    const response = await this.send(factory, this.manufactureRequest(order, claimedAt));
    await response.body?.cancel();
    if (response.ok) return;
    throw new FactoryError(
      'FACTORY.REFUSED',
      `the factory answered ${response.status}`,
      retryAfter(response),
    );
  }

  /** The contract of the legacy API. It has no authentication and no idempotency, so that the callback URL is signed. */
  private manufactureRequest(
    { id, sku, factoryId, quantity, receivedQuantity }: RestockOrder,
    claimedAt: Date,
  ) {
    const { CALLBACK_BASE_URL, CALLBACK_SIGNING_KEY, CALLBACK_VALID_SECONDS } = this.environment;
    const missing = quantity - receivedQuantity;
    return {
      MessageGroupId: 'stock-arrival-group',
      MessageAttributeProductId: sku,
      MessageAttributeProductCnt: missing,
      MessageAttributeFactoryId: factoryId,
      MessageAttributeRequester: this.environment.FACTORY_REQUESTER,
      MessageAttributeTel: this.environment.FACTORY_REQUESTER_TEL,
      CallbackUrl: callbackUrl(CALLBACK_BASE_URL, CALLBACK_SIGNING_KEY, {
        restockOrderId: id,
        sku,
        factoryId,
        quantity: missing,
        expiresAtSeconds: Math.floor(claimedAt.getTime() / 1000) + CALLBACK_VALID_SECONDS,
      }),
    };
  }

  private async send(factory: Factory, body: object): Promise<Response> {
    const url = `${factory.apiUrl.replace(/\/$/, '')}/api/manufactures`;
    const timeoutMs = this.environment.FACTORY_TIMEOUT_MS;
    try {
      return await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (cause) {
      if ((cause as Error).name === 'TimeoutError') {
        throw new FactoryError('FACTORY.TIMEOUT', `no answer within ${timeoutMs} ms`, undefined, { cause });
      }
      const { code = 'network error' } = ((cause as Error).cause ?? {}) as { code?: string };
      throw new FactoryError('FACTORY.UNREACHABLE', `the factory was not reached: ${code}`, undefined, {
        cause,
      });
    }
  }
}

function retryAfter(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  return seconds > 0 ? Math.min(Math.ceil(seconds), MAX_RETRY_AFTER_SECONDS) : undefined;
}
