import {
  type WebhookAttempt,
  type WebhookDelivery,
  WebhookDeliveryService,
  type WebhookEndpoint,
  WebhookRecorder,
} from '#inventory';
import { type Delivery, QueueHandler } from '#messaging';
import { type WebhookMessage } from '#queues';
import { Injectable, Logger } from '@nestjs/common';
import { ANSWER_TIMEOUT_MS, WebhookClient } from './webhook.client.js';

/** Endpoints that one worker delivers to at a time, of the lanes of the queue. */
const MOST_RUNS = 3;

/** Requests to one endpoint at a time. */
const CONCURRENCY = 10;

/** Nothing more is begun after so long, in ms: the rest is for a message of its own. With the last answers it fits into the handler's time limit. */
const RUN_MS = 7_000;

/** The lease of an endpoint, in ms: longer than a run with its last answers, and the writes. */
const LEASE_MS = RUN_MS + ANSWER_TIMEOUT_MS + 15_000;

/** An event that its endpoint refuses, for the dead letters. */
export class WebhookNotDeliveredError extends Error {
  readonly code = 'WEBHOOK.NOT_DELIVERED';

  constructor(detail: string) {
    super(detail);
    this.name = 'WebhookNotDeliveredError';
  }
}

/** Records events for the endpoints that want them, and sends what is due. */
@Injectable()
export class WebhooksHandler {
  private readonly logger = new Logger(WebhooksHandler.name);
  private runs = 0;

  constructor(
    private readonly recorder: WebhookRecorder,
    private readonly deliveries: WebhookDeliveryService,
    private readonly client: WebhookClient,
  ) {}

  @QueueHandler('webhooks')
  async handle({ message }: Delivery<WebhookMessage>): Promise<void> {
    if ('event' in message) await this.recorder.record(message.event);
    else if ('saleIds' in message) await this.recorder.recordSales(message.saleIds);
    else if ('endpointId' in message) await this.deliverTo(message.endpointId);
    else await this.deliverLast(message.deliveryId);
  }

  private async deliverTo(endpointId: string): Promise<void> {
    // The rest of the lanes is for what is to be recorded. Who is turned away here is asked for again.
    if (this.runs >= MOST_RUNS) return;
    this.runs += 1;
    try {
      const endpoint = await this.deliveries.claim(endpointId, LEASE_MS);
      if (endpoint) await this.deliverDue(endpoint);
    } finally {
      this.runs -= 1;
    }
  }

  private async deliverDue(endpoint: WebhookEndpoint): Promise<void> {
    const endsAtMs = performance.now() + RUN_MS;
    let goesOn = true;
    try {
      while (goesOn && performance.now() < endsAtMs) {
        const due = await this.deliveries.due(endpoint, CONCURRENCY);
        goesOn = due.length > 0;
        if (!goesOn) break;
        const attempts = await Promise.all(due.map((delivery) => this.attempt(delivery, endpoint)));
        goesOn = await this.deliveries.record(endpoint, attempts);
        if (!goesOn) this.logger.warn(`Webhook endpoint ${endpoint.id} waits`);
      }
    } catch (error) {
      goesOn = false;
      throw error;
    } finally {
      await this.deliveries.release(endpoint, goesOn);
    }
  }

  /** @throws WebhookNotDeliveredError, which uses up a receive of the message */
  private async deliverLast(deliveryId: string): Promise<void> {
    const found = await this.deliveries.givenUp(deliveryId);
    if (!found) return;
    const attempt = await this.attempt(found.delivery, found.endpoint);
    await this.deliveries.recordLast(attempt, found.endpoint);
    const { outcome } = attempt;
    if (outcome.kind === 'DELIVERED') return;
    const { eventId } = found.delivery;
    throw new WebhookNotDeliveredError(
      `event ${eventId} at endpoint ${found.endpoint.id}: ${'error' in outcome ? outcome.error : 'it is gone'}`,
    );
  }

  private async attempt(delivery: WebhookDelivery, endpoint: WebhookEndpoint): Promise<WebhookAttempt> {
    // eslint-disable-next-line no-restricted-syntax -- the receiver compares it with its own clock
    return { delivery, outcome: await this.client.send(delivery, endpoint, new Date()) };
  }
}
