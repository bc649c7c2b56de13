import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { type Circuit } from '../circuit/circuit.entity.js';
import { isProbeDue, recordAnsweredCall } from '../circuit/circuit-rules.js';
import { CircuitService } from '../circuit/circuit.service.js';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { NotificationService } from '../notification/notification.service.js';
import { Factory } from '../product/factory.entity.js';
import { Product } from '../product/product.entity.js';
import { StockLevel } from '../stock/stock-level.entity.js';
import { factoryOfCircuit } from './factory-circuit.js';
import { WAITING_STATUSES } from './restock-order-transitions.js';
import { RestockOrder } from './restock-order.entity.js';

export interface IncidentTimes {
  /** How long a factory must be away before the operators are told, in ms. */
  firstMailMs: number;
  /** The time between two reminders of the same outage, in ms; 0 for none. */
  reminderMs: number;
}

/** The most SKUs that a mail names. */
const NAMED_SKUS = 20;

/** Tells the operators of a factory that is away: once when it begins, now and then while it lasts, and when it is over. */
@Injectable()
export class FactoryIncidentService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly circuits: CircuitService,
    private readonly notifications: NotificationService,
  ) {}

  /** Requests the mails that are due. @returns how many */
  async tellDue(times: IncidentTimes): Promise<number> {
    let told = 0;
    for (const { name } of await this.circuits.list()) {
      const factoryId = factoryOfCircuit(name);
      if (factoryId === undefined) continue;
      told += await this.database.write(async (manager) => {
        const circuit = await this.circuits.lock(manager, name);
        const now = await this.clock.now(manager);
        if (!isMailDue(circuit, times, now)) return 0;
        const waiting = await this.facts(manager, factoryId);
        if (waiting.orders === 0 && isProbeDue(circuit, now)) {
          // Nothing waits that could probe it. The next order will show whether it is there.
          recordAnsweredCall(circuit);
          await this.circuits.save(manager, circuit);
          return 0;
        }
        const facts = {
          ...waiting,
          since: circuit.openedAt!.toISOString(),
          cause: circuit.reason!,
          isReminder: circuit.toldAt ? 1 : 0,
        };
        await this.notifications.request(
          manager,
          { kind: 'FACTORY_AWAY', audience: 'OPERATORS', facts },
          now,
        );
        await this.circuits.save(manager, { ...circuit, toldAt: now });
        return 1;
      });
    }
    return told;
  }

  /** The factory is back. In the caller's transaction. */
  async tellEnd(manager: EntityManager, factoryId: string, since: Date, at: Date): Promise<void> {
    const facts = {
      ...(await this.facts(manager, factoryId)),
      since: since.toISOString(),
      until: at.toISOString(),
    };
    await this.notifications.request(manager, { kind: 'FACTORY_BACK', audience: 'OPERATORS', facts }, at);
  }

  /** What waits for the factory: orders, their products, and the buyers who were refused. */
  private async facts(manager: EntityManager, factoryId: string) {
    const orders = await manager.find(RestockOrder, {
      where: { factoryId, status: In(['REQUESTED', ...WAITING_STATUSES]) },
      order: { id: 'ASC' },
    });
    const skus = orders.map(({ sku }) => sku);
    const [levels, products, factory] = [
      await manager.findBy(StockLevel, { sku: In(skus) }),
      await manager.findBy(Product, { sku: In(skus) }),
      await manager.findOneByOrFail(Factory, { id: factoryId }),
    ];
    const priceOf = new Map(products.map(({ sku, priceKrw }) => [sku, priceKrw]));
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    const more = skus.length - NAMED_SKUS;
    return {
      factoryId,
      factoryName: factory.name,
      orders: orders.length,
      units: sum(orders.map(({ quantity, receivedQuantity }) => quantity - receivedQuantity)),
      skus: skus.slice(0, NAMED_SKUS).join(', ') + (more > 0 ? `, and ${more} more` : ''),
      refusedUnits: sum(levels.map(({ refusedDemand }) => refusedDemand)),
      refusedKrw: sum(levels.map(({ sku, refusedDemand }) => refusedDemand * priceOf.get(sku)!)),
    };
  }
}

function isMailDue(
  { state, openedAt, toldAt }: Circuit,
  { firstMailMs, reminderMs }: IncidentTimes,
  now: Date,
): boolean {
  if (state !== 'OPEN') return false;
  if (!toldAt) return now.getTime() - openedAt!.getTime() >= firstMailMs;
  return reminderMs > 0 && now.getTime() - toldAt.getTime() >= reminderMs;
}
