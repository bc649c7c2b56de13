import { type Factory, type RestockOrder } from '#inventory';
import { Inject, Injectable } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../../environment.js';
import { FactoryError } from '../factory-error.js';
import { type FactoryAdapter } from './factory-adapter.js';
import { FactoryHttp, refusal } from './factory-http.js';
import { manufactureRequest } from './manufacture-request.js';

/** The lookup comes after a whole FACTORY_TIMEOUT_MS, and must end within the lease of the attempt. */
const LOOKUP_TIMEOUT_MS = 2_000;

/**
 * A factory with a newer API: orders are signed, an order under a known key is not made again, and it can be asked what it has
 * accepted. So an attempt whose answer was lost needs no wait for the goods.
 */
@Injectable()
export class WebhookAdapter implements FactoryAdapter {
  readonly name = 'webhook';

  constructor(
    private readonly http: FactoryHttp,
    @Inject(WORKER_ENVIRONMENT) private readonly environment: WorkerEnvironment,
  ) {}

  async order(order: RestockOrder, factory: Factory, claimedAt: Date): Promise<void> {
    const url = `${factory.apiUrl.replace(/\/$/, '')}/api/orders`;
    const ordered = manufactureRequest(order, claimedAt, this.environment);
    // A part of the goods changes what is missing, and so what is ordered.
    const key = `${order.id}:${order.receivedQuantity}`;
    const headers = {
      'content-type': 'application/json',
      'idempotency-key': key,
      'webhook-signature': this.signatureOf(key, ...signedParts(ordered)),
    };
    try {
      const body = JSON.stringify(ordered);
      const response = await this.http.send({ method: 'POST', url, headers, body });
      // 200: accepted before.
      if (response.status !== 201 && response.status !== 200) throw refusal(response);
    } catch (error) {
      const { mayBeOrdered } = error as FactoryError;
      if (!mayBeOrdered) throw error;
      if (await this.knows(url, key)) return;
      throw repeatable(error as FactoryError);
    }
  }

  private async knows(url: string, key: string): Promise<boolean> {
    const headers = { 'webhook-signature': this.signatureOf(key) };
    const query = {
      ...({ method: 'GET', url: `${url}/${encodeURIComponent(key)}`, headers } as const),
      timeoutMs: LOOKUP_TIMEOUT_MS,
    };
    const response = await this.http.send(query).catch(() => undefined);
    return response?.status === 200;
  }

  private signatureOf(...parts: (string | number)[]): string {
    const key = this.environment.FACTORY_WEBHOOK_KEY;
    if (key === undefined) {
      throw new FactoryError('FACTORY.UNREACHABLE', 'FACTORY_WEBHOOK_KEY is missing, which signs the orders');
    }
    return createHmac('sha256', key).update(parts.join('\n')).digest('hex');
  }
}

/** What the signature covers, with the key before it. The callback URL holds the order's own id and quantity. */
function signedParts(ordered: ReturnType<typeof manufactureRequest>): (string | number)[] {
  const { MessageAttributeProductId, MessageAttributeProductCnt, MessageAttributeFactoryId, CallbackUrl } =
    ordered;
  return [MessageAttributeProductId, MessageAttributeProductCnt, MessageAttributeFactoryId, CallbackUrl];
}

/** The same order under the same key is not made twice: nothing has to be waited for. */
function repeatable({ code, message, retryAfterSeconds, cause }: FactoryError): FactoryError {
  return new FactoryError(code, message, { retryAfterSeconds, cause });
}
