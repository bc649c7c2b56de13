import { type WebhookDelivery, type WebhookEndpoint, type WebhookOutcome } from '#inventory';
import { isAllowedAddress, retryAfterSeconds } from '#runtime';
import { Inject, Injectable } from '@nestjs/common';
import { lookup, type LookupAddress, type LookupOptions } from 'node:dns';
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import { WORKER_ENVIRONMENT, type WorkerEnvironment } from '../environment.js';
import { webhookHeaders } from './webhook-signature.js';

/** How long an endpoint may take to answer, in ms. docs/api.md states it. */
export const ANSWER_TIMEOUT_MS = 5_000;

/** What an endpoint says when it cannot serve anybody now, whatever it is sent. */
const AWAY_STATUSES = [408, 425, 429];

const GONE = 410;

/** What happens to a request on a connection that the other side closes. */
const STALE = ['ECONNRESET', 'EPIPE'];

/** Of an answer that is worth reading. */
const SHORT_BYTES = 16_384;

interface EndpointAnswer {
  status: number;
  headers: IncomingHttpHeaders;
}

/** Sends events to endpoints, at allowed addresses only. */
@Injectable()
export class WebhookClient {
  private readonly allowsPrivate: boolean;

  constructor(@Inject(WORKER_ENVIRONMENT) environment: WorkerEnvironment) {
    this.allowsPrivate = environment.WEBHOOK_PRIVATE_ADDRESSES === 'allow';
  }

  /** @param now the time of the signature */
  async send(delivery: WebhookDelivery, endpoint: WebhookEndpoint, now: Date): Promise<WebhookOutcome> {
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Donut-States-Webhooks/1.0',
      ...webhookHeaders(delivery, endpoint, now),
    };
    const url = new URL(endpoint.url);
    const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
    const send = (keepsConnection: boolean) =>
      this.post(url, headers, delivery.body, signal, keepsConnection);
    try {
      // The endpoint may close a connection that was kept, at the moment at which it is used again.
      return outcomeOf(
        await send(true).catch((error) => (isStale(error) ? send(false) : Promise.reject(error as Error))),
      );
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      return { kind: 'AWAY', status: null, error: code ?? message };
    }
  }

  /** Not fetch: what its name leads to is looked at where the connection is made, so that it cannot change in between. */
  private async post(
    url: URL,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
    keepsConnection: boolean,
  ): Promise<EndpointAnswer> {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) && !isAllowedAddress(host, this.allowsPrivate)) throw refused(host);
    if (url.protocol !== 'https:' && !this.allowsPrivate) throw new Error('the URL is not https');
    return new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? https : http).request(url, {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        lookup: (name, options, done) => this.lookup(name, options, done),
        signal,
        ...(!keepsConnection && { agent: false }),
      });
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (error.name === 'AbortError') reject(new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`));
        else
          reject(Object.assign(error, { isStale: request.reusedSocket && STALE.includes(error.code ?? '') }));
      });
      request.on('response', (response) => {
        // Its status is the answer. What else it says may be without end.
        if (isShort(response)) response.on('error', () => undefined).resume();
        else response.destroy();
        resolve({ status: response.statusCode!, headers: response.headers });
      });
      request.end(body);
    });
  }

  private lookup(
    name: string,
    options: LookupOptions,
    done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[] | string, family?: number) => void,
  ): void {
    lookup(name, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      const bad = addresses.find(({ address }) => !isAllowedAddress(address, this.allowsPrivate));
      if (bad) return done(refused(bad.address), []);
      if (options.all) return done(null, addresses);
      done(null, addresses[0]!.address, addresses[0]!.family);
    });
  }
}

function isStale(error: unknown): boolean {
  return (error as { isStale?: boolean }).isStale === true;
}

/** Whether it is read to its end, so that the connection serves the next event. */
function isShort({ statusCode, headers }: IncomingMessage): boolean {
  return statusCode === 204 || Number(headers['content-length'] ?? Infinity) <= SHORT_BYTES;
}

function refused(address: string): Error {
  return new Error(`the address ${address} is not allowed for a webhook`);
}

function outcomeOf({ status, headers }: EndpointAnswer): WebhookOutcome {
  if (status >= 200 && status < 300) return { kind: 'DELIVERED', status };
  if (status === GONE) return { kind: 'GONE', status };
  const announced = new Headers(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as [string, string]] : [],
    ),
  );
  const kind = AWAY_STATUSES.includes(status) ? 'AWAY' : 'REFUSED';
  const retryAfterMs = (retryAfterSeconds(announced) ?? 0) * 1_000;
  return { kind, status, error: `it answered ${status}`, retryAfterMs };
}
