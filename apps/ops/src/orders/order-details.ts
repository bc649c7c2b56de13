import {
  cancelRestockOrder,
  getRestockOrder,
  type RestockOrderWithTimeline,
  type ShownRestockOrderWithTimeline,
} from '#client';
import { type CommonOptions, type NoteOption, type Session } from '../session.js';
import { print, printJson } from '../terminal/output.js';
import { type Field, type Column, fieldsOf, tableOf } from '../terminal/table.js';
import { fullTime, shownTime } from '../terminal/times.js';
import { findOrderId, orderedUnits, orderState } from './order-text.js';

const TIMELINE_COLUMNS: readonly Column[] = [{ title: 'AT' }, { title: 'WHAT' }, { title: 'DETAIL' }];

/** One restock order with its timeline. */
export async function showOrder({ api, json }: Session, part: string): Promise<void> {
  const id = await findOrderId(api, part);
  const order = await api.read((request) => getRestockOrder({ ...request, path: { id } }));
  if (json) printJson(order);
  else await printOrder(order);
}

/** Gives an order up. */
export async function cancelOrder(
  { api, json }: Session,
  { note }: NoteOption & CommonOptions,
  part: string,
): Promise<void> {
  const id = await findOrderId(api, part);
  const order = await api.write((request) =>
    cancelRestockOrder({ ...request, path: { id }, body: { note } }),
  );
  if (json) printJson(order);
  else await printOrder(order);
}

async function printOrder(order: ShownRestockOrderWithTimeline | RestockOrderWithTimeline): Promise<void> {
  const rows = (order.timeline ?? []).map(({ at, kind, detail }) => [shownTime(at), kind, detail]);
  print(await fieldsOf(fieldsOfOrder(order)), '', await tableOf(TIMELINE_COLUMNS, rows));
}

function fieldsOfOrder(order: ShownRestockOrderWithTimeline): Field[] {
  return [
    ['Restock order', order.id],
    ['SKU', order.sku],
    ['Quantity', orderedUnits(order)],
    ['State', orderState(order.status)],
    ['Factory', order.factoryId],
    ['Requested', fullTime(order.requestedAt)],
    ['Ordered', fullTime(order.orderedAt)],
    ['Expected', fullTime(order.expectedAt)],
    ['Deadline', fullTime(order.deadlineAt)],
    ['Next attempt', fullTime(order.nextAttemptAt)],
    ['Closed', fullTime(order.closedAt)],
    ['Attempts', order.attempts],
    ['Last fault', order.lastError],
  ];
}
