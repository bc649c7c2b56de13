import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventually } from '../../../../libs/runtime/src/testing/eventually.js';
import { type FactorySettings } from '../app.module.js';
import { CallbackSettings } from '../callback-settings.js';
import { createFactory } from '../factory-application.js';
import { type FaultChange, type FaultSettings } from '../fault-settings.js';

export const FAULTLESS: FaultSettings = {
  leadTimeMs: 0,
  latencyMs: 0,
  concurrencyLimit: 0,
  failurePercent: 0,
  failureStatus: 500,
  hangPercent: 0,
  dropAfterAcceptPercent: 0,
  duplicatePercent: 0,
  partialPercent: 0,
  latePercent: 0,
  outOfOrderPercent: 0,
  seed: 1,
};

export interface ListedOrder {
  number: number;
  acceptedAt: string;
  productId: string;
  count: number;
  callbackUrl: string;
  callbacks: {
    delivery: string;
    copy: number;
    count: number;
    dueAt: string;
    state: string;
    tries: number;
    lastOutcome?: string;
  }[];
}

/** The whole factory on a free port, spoken to over HTTP alone. */
export class TestFactory {
  private constructor(
    private readonly application: NestFastifyApplication,
    readonly url: string,
  ) {}

  static async start(
    faults: FaultChange = {},
    settings: Partial<FactorySettings> = { callbacks: new CallbackSettings(5_000, [10, 20]) },
  ): Promise<TestFactory> {
    const application = await createFactory(
      { maxConnections: 100, ...settings, faults: { ...FAULTLESS, ...faults } },
      false,
    );
    await application.listen(0, '127.0.0.1');
    return new TestFactory(application, await application.getUrl());
  }

  async order(fields: object, signal?: AbortSignal): Promise<Response> {
    return this.send('POST', '/api/manufactures', manufactureRequest(fields), signal);
  }

  /** `201`, another status, or `cut` when the connection ended without an answer. */
  async orderOutcome(fields: object): Promise<string> {
    try {
      return String((await this.order(fields)).status);
    } catch {
      return 'cut';
    }
  }

  async changeFaults(change: object): Promise<Response> {
    return this.send('PUT', '/faults', change);
  }

  async faults(): Promise<FaultSettings> {
    return (await fetch(`${this.url}/faults`)).json() as Promise<FaultSettings>;
  }

  /** Newest first. */
  async orders(): Promise<ListedOrder[]> {
    const answer = await fetch(`${this.url}/manufactures`);
    return ((await answer.json()) as { orders: ListedOrder[] }).orders;
  }

  /** Waits until no callback is still to come, and answers with the orders, newest first. */
  async settledOrders(): Promise<ListedOrder[]> {
    await eventually(async () =>
      (await this.orders()).every(({ callbacks }) => callbacks.every(({ state }) => state !== 'PENDING')),
    );
    return this.orders();
  }

  async send(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
    return fetch(this.url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
  }

  async stop(): Promise<void> {
    await this.application.close();
  }
}

export function manufactureRequest(fields: object): Record<string, unknown> {
  return {
    MessageGroupId: 'stock-arrival-group',
    MessageAttributeProductId: 'CP-502101',
    MessageAttributeProductCnt: 10,
    MessageAttributeFactoryId: 'FF-500293',
    MessageAttributeRequester: 'Donut-States',
    MessageAttributeTel: '02-000-0000',
    ...fields,
  };
}
