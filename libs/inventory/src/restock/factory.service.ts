import { Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull, Not } from 'typeorm';
import { Circuit } from '../circuit/circuit.entity.js';
import { Database } from '../database/database.js';
import { type Page, type PageRequest, readPage } from '../database/page.js';
import { InventoryError } from '../errors.js';
import { Factory } from '../product/factory.entity.js';
import { factoryCircuit } from './factory-circuit.js';
import { RestockOrder } from './restock-order.entity.js';
import { WAITING_STATUSES } from './restock-order-transitions.js';

/** What operators may change of a factory. */
export type FactoryChange = Partial<
  Pick<Factory, 'name' | 'managerEmail' | 'leadTimeSeconds' | 'overdueAfterSeconds' | 'callbackAddresses'>
>;

/** A factory, and how it fares. */
export interface FactoryState {
  factory: Factory;
  /** Of the calls to it; undefined before the first one. */
  circuit: Circuit | undefined;
  /** Orders that wait for it. */
  waitingOrders: number;
}

/** The factories, for operators, and the addresses of their callbacks. */
@Injectable()
export class FactoryService {
  constructor(private readonly database: Database) {}

  /**
   * Factories in the order of their ids, starting behind the id `cursor`.
   *
   * @throws InventoryError `CURSOR.UNKNOWN`
   */
  async list(page: PageRequest): Promise<Page<FactoryState>> {
    return this.database.read(async (manager) => {
      const list = { entity: Factory, key: 'id', order: 'asc' } as const;
      const { items, nextCursor } = await readPage(manager, list, page);
      return { items: await statesOf(manager, items), nextCursor };
    });
  }

  /**
   * @param within the caller's transaction
   * @throws InventoryError `FACTORY.NOT_FOUND`
   */
  async get(id: string, within?: EntityManager): Promise<FactoryState> {
    return this.database.read(async (manager) => {
      const factory = await manager.findOneBy(Factory, { id });
      if (!factory) throw notFound(id);
      const [state] = await statesOf(manager, [factory]);
      return state!;
    }, within);
  }

  /**
   * Changes a factory in the caller's transaction.
   *
   * @returns it before and after
   * @throws InventoryError `FACTORY.NOT_FOUND`
   */
  async change(
    manager: EntityManager,
    id: string,
    change: FactoryChange,
  ): Promise<{ before: Factory; after: FactoryState }> {
    // Locked: of two changes at once, the second tells the audit what the first has made.
    const before = await this.database
      .forUpdate(manager.createQueryBuilder(Factory, 'factory').where({ id }))
      .getOne();
    if (!before) throw notFound(id);
    if (Object.keys(change).length > 0) await manager.update(Factory, { id }, change);
    return { before, after: await this.get(id, manager) };
  }

  /** The lists of callback addresses, by factory: of those that have one. */
  async callbackAddresses(): Promise<Map<string, readonly string[]>> {
    const factories = await this.database.read((manager) =>
      manager.find(Factory, {
        select: { id: true, callbackAddresses: true },
        where: { callbackAddresses: Not(IsNull()) },
      }),
    );
    return new Map(factories.map(({ id, callbackAddresses }) => [id, callbackAddresses!]));
  }

  /** The factory of each restock order that there is. An order keeps it for ever. */
  async factoriesOf(restockOrderIds: readonly string[]): Promise<Map<string, string>> {
    const orders = await this.database.read((manager) =>
      manager.find(RestockOrder, {
        select: { id: true, factoryId: true },
        where: { id: In([...restockOrderIds]) },
      }),
    );
    return new Map(orders.map(({ id, factoryId }) => [id, factoryId]));
  }
}

async function statesOf(manager: EntityManager, factories: readonly Factory[]): Promise<FactoryState[]> {
  const ids = factories.map(({ id }) => id);
  const circuits = await manager.findBy(Circuit, { name: In(ids.map(factoryCircuit)) });
  const waiting = await manager
    .createQueryBuilder(RestockOrder, 'restock')
    .select('restock.factoryId', 'factoryId')
    .addSelect('COUNT(*)', 'orders')
    .where({ factoryId: In(ids), status: In([...WAITING_STATUSES]) })
    .groupBy('restock.factoryId')
    .getRawMany<{ factoryId: string; orders: string | number }>();
  const ordersOf = new Map(waiting.map(({ factoryId, orders }) => [factoryId, Number(orders)]));
  return factories.map((factory) => ({
    factory,
    circuit: circuits.find(({ name }) => name === factoryCircuit(factory.id)),
    waitingOrders: ordersOf.get(factory.id) ?? 0,
  }));
}

function notFound(factoryId: string): InventoryError {
  return new InventoryError('FACTORY.NOT_FOUND', `There is no factory ${factoryId}.`, { factoryId });
}
