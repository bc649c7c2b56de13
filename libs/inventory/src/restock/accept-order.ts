import { type EntityManager } from 'typeorm';
import { Factory } from '../product/factory.entity.js';
import { acceptedRange } from './arrival-range.js';
import { expectedLeadTimeMs, overdueAfterMs, withCurrentLeadTimes } from './lead-time.js';
import { type RestockOrder } from './restock-order.entity.js';
import { transition } from './restock-order-transitions.js';

/**
 * The factory has the order: its goods are expected from now on. In the caller's transaction.
 *
 * @param detail of the event, or null where another event tells of it
 */
export async function acceptOrder(
  manager: EntityManager,
  { id, factoryId }: RestockOrder,
  at: Date,
  detail: string | null,
): Promise<void> {
  const factory = await manager.findOneByOrFail(Factory, { id: factoryId });
  const range = acceptedRange(await withCurrentLeadTimes(manager, factory, at), at);
  await transition(manager, id, 'accept', at, detail, {
    lastError: null,
    waitingSince: null,
    orderedAt: at,
    expectedAt: new Date(at.getTime() + expectedLeadTimeMs(factory)),
    expectedFrom: range.from,
    expectedTo: range.to,
    deadlineAt: new Date(at.getTime() + overdueAfterMs(factory)),
  });
}
