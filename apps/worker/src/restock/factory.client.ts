import { type Factory, type FactoryAdapterName, type RestockOrder } from '#inventory';
import { Injectable } from '@nestjs/common';
import { type FactoryAdapter } from './adapters/factory-adapter.js';
import { LegacyHttpAdapter } from './adapters/legacy-http-adapter.js';
import { WebhookAdapter } from './adapters/webhook-adapter.js';
import { FactoryError } from './factory-error.js';

/** Orders goods from any factory, by the adapter that its row names. */
@Injectable()
export class FactoryClient {
  private readonly adapters: ReadonlyMap<FactoryAdapterName, FactoryAdapter>;

  constructor(legacy: LegacyHttpAdapter, webhook: WebhookAdapter) {
    this.adapters = new Map<FactoryAdapterName, FactoryAdapter>(
      [legacy, webhook].map((adapter) => [adapter.name, adapter]),
    );
  }

  /**
   * Resolves when the factory has accepted the order.
   *
   * @throws FactoryError
   */
  async order(order: RestockOrder, factory: Factory, claimedAt: Date): Promise<void> {
    const adapter = this.adapters.get(factory.adapter);
    if (!adapter) {
      throw new FactoryError('FACTORY.UNREACHABLE', `there is no adapter "${factory.adapter}" for it`);
    }
    await adapter.order(order, factory, claimedAt);
  }
}
