import { listRestockOrders, type ShownRestockOrder } from '#client';
import { findId } from '../api/id-lookup.js';
import { type OperationsApi } from '../api/operations-api.js';
import { type State } from '../terminal/style.js';
import { type Cell } from '../terminal/table.js';
import { count } from '../terminal/units.js';

const STATES: Partial<Record<ShownRestockOrder['status'], State>> = {
  WAITING_FOR_FACTORY: 'attention',
  UNCONFIRMED: 'attention',
  OVERDUE: 'bad',
  DEAD_LETTERED: 'bad',
  RECEIVED: 'good',
};

export function orderState(status: ShownRestockOrder['status']): Cell {
  const state = STATES[status];
  return state ? { text: status, state } : status;
}

/** `60 units`, or how many of them have come. */
export function orderedUnits({ quantity, receivedQuantity }: ShownRestockOrder): string {
  return receivedQuantity === 0
    ? count(quantity, 'unit')
    : `${receivedQuantity} of ${count(quantity, 'unit')}`;
}

/** The id of a restock order by a part of it. @throws Failure */
export function findOrderId(api: OperationsApi, part: string): Promise<string> {
  return findId(part, {
    noun: 'restock order',
    lists: [(query) => api.read((request) => listRestockOrders({ ...request, query }))],
    describe: ({ sku, quantity, status }) => `${sku}  ${count(quantity, 'unit')}  ${status}`,
  });
}
