import { refusedAddresses, retryAfterSeconds, withTimeout } from '#runtime';
import { Inject, Injectable } from '@nestjs/common';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../../environment.js';
import { FactoryError } from '../factory-error.js';

export interface FactoryRequest {
  method: 'GET' | 'POST';
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** How long the whole may take, in ms, where it is less than FACTORY_TIMEOUT_MS. */
  timeoutMs?: number;
}

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

/** Requests to factories, within FACTORY_TIMEOUT_MS, and only at allowed addresses. */
@Injectable()
export class FactoryHttp {
  constructor(@Inject(WORKER_ENVIRONMENT) private readonly environment: WorkerEnvironment) {}

  /**
   * @returns the answer, whatever its status; its body is discarded
   * @throws FactoryError without an answer
   */
  async send({ url, timeoutMs: given = Infinity, ...request }: FactoryRequest): Promise<Response> {
    const timeoutMs = Math.min(given, this.environment.FACTORY_TIMEOUT_MS);
    const began = performance.now();
    await this.requireAllowed(new URL(url), timeoutMs / 2);
    const leftMs = Math.ceil(timeoutMs - (performance.now() - began));
    try {
      const response = await fetch(url, {
        ...request,
        redirect: 'manual',
        signal: AbortSignal.timeout(leftMs),
      });
      await response.body?.cancel().catch(() => undefined);
      return response;
    } catch (cause) {
      throw networkError(cause, timeoutMs);
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
}

/** What an answer says that accepts nothing. */
export function refusal({ status, headers }: Response): FactoryError {
  if (status < 400) {
    return new FactoryError('FACTORY.UNEXPECTED', `the factory answered ${status}, which accepts nothing`);
  }
  const isOrderFault = status < 500 && !TRANSIENT_STATUSES.includes(status);
  return new FactoryError('FACTORY.REFUSED', `the factory answered ${status}`, {
    isOrderFault,
    mayBeOrdered: GATEWAY_STATUSES.includes(status),
    retryAfterSeconds: isOrderFault ? undefined : retryAfterSeconds(headers),
  });
}

function networkError(cause: unknown, timeoutMs: number): FactoryError {
  if ((cause as Error).name === 'TimeoutError') {
    const message = `no answer within ${timeoutMs} ms`;
    return new FactoryError('FACTORY.TIMEOUT', message, { mayBeOrdered: true, cause });
  }
  const network = ((cause as Error).cause ?? {}) as { code?: string; syscall?: string };
  const { code = 'network error' } = network;
  if (NOT_SENT.includes(code) || TLS_FAULT.test(code) || network.syscall === 'connect') {
    return new FactoryError('FACTORY.UNREACHABLE', `the factory was not reached: ${code}`, { cause });
  }
  const message = `the connection broke before the answer: ${code}`;
  return new FactoryError('FACTORY.UNREACHABLE', message, { mayBeOrdered: true, cause });
}
