import { type Factory, type FactoryAdapterName, type RestockOrder } from '#inventory';

/** How the orders reach a factory of one kind. */
export interface FactoryAdapter {
  readonly name: FactoryAdapterName;

  /**
   * Resolves when the factory has accepted the order.
   *
   * @param claimedAt of the attempt, by the database's clock: its callback is valid for CALLBACK_VALID_SECONDS from then
   * on
   * @throws FactoryError
   */
  order(order: RestockOrder, factory: Factory, claimedAt: Date): Promise<void>;
}
