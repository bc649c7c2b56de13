import { callbackUrl, type Factory, type RestockOrder } from '#inventory';
import { withTimeout } from '#runtime';
import { Inject, Injectable } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';
import { refusedAddresses } from './factory-address.js';
import { FactoryError } from './factory-error.js';
import { retryAfterSeconds } from './retry-after.js';

/** Statuses that say something about the factory at this moment, and nothing about the order. */
const TRANSIENT_STATUSES = [408, 425, 429];

/** A gateway that lost the factory behind it does not know whether the factory took the order. */
const GATEWAY_STATUSES = [502, 504];

/** Errors before a request was sent: the factory cannot have taken the order. */
const NOT_SENT = [
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
];

/** Codes of a certificate that is not trusted: the connection is closed before a request. */
const TLS_FAULT = /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

/** Orders goods through the factory's legacy API. */
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
    await response.body?.cancel().catch(() => undefined);
    if (!this.isAccepted(response)) throw refusal(response);
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
    const began = performance.now();
    await this.requireAllowed(new URL(url), timeoutMs / 2);
    const leftMs = Math.ceil(timeoutMs - (performance.now() - began));
    try {
      return await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'manual',
        signal: AbortSignal.timeout(leftMs),
      });
    } catch (cause) {
      if ((cause as Error).name === 'TimeoutError') {
        const message = `no answer within ${timeoutMs} ms`;
        throw new FactoryError('FACTORY.TIMEOUT', message, { mayBeOrdered: true, cause });
      }
      const network = ((cause as Error).cause ?? {}) as { code?: string; syscall?: string };
      const { code = 'network error' } = network;
      if (NOT_SENT.includes(code) || TLS_FAULT.test(code) || network.syscall === 'connect') {
        throw new FactoryError('FACTORY.UNREACHABLE', `the factory was not reached: ${code}`, { cause });
      }
      const message = `the connection broke before the answer: ${code}`;
      throw new FactoryError('FACTORY.UNREACHABLE', message, { mayBeOrdered: true, cause });
    }
  }

  /** @throws FactoryError before anything is sent */
  private async requireAllowed(url: URL, timeoutMs: number): Promise<void> {
    const allowsPrivate = this.environment.FACTORY_PRIVATE_ADDRESSES === 'allow';
    const refused = await withTimeout(refusedAddresses(url, allowsPrivate), timeoutMs).catch(
      (cause: unknown) => {
        const message = `the address of the factory was not found: ${(cause as Error).message}`;
        throw new FactoryError('FACTORY.UNREACHABLE', message, { cause });
      },
    );
    if (refused.length === 0) return;
    throw new FactoryError('FACTORY.UNREACHABLE', `the address ${refused[0]} is not allowed for a factory`);
  }

  /** The contract has 201. A page for people with status 200, as of a proxy or of maintenance, is no accepted order. */
  private isAccepted({ status, headers }: Response): boolean {
    if (status === 201) return true;
    const isPage = headers.get('content-type')?.includes('html') ?? false;
    return status === 200 && this.environment.FACTORY_ACCEPTS_200 === 'true' && !isPage;
  }
}

function refusal(response: Response): FactoryError {
  const { status } = response;
  const isOrderFault = status >= 400 && status < 500 && !TRANSIENT_STATUSES.includes(status);
  if (status < 400) {
    return new FactoryError('FACTORY.UNEXPECTED', `the factory answered ${status}, which accepts nothing`);
  }
  return new FactoryError('FACTORY.REFUSED', `the factory answered ${status}`, {
    isOrderFault,
    mayBeOrdered: GATEWAY_STATUSES.includes(status),
    retryAfterSeconds: isOrderFault ? undefined : retryAfterSeconds(response.headers),
  });
}
