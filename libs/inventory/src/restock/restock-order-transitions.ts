import { In, type EntityManager, type QueryDeepPartialEntity } from 'typeorm';
import { appendEvent, type RestockOrderEventKind } from './restock-order-event.entity.js';
import { RestockOrder, type RestockOrderStatus } from './restock-order.entity.js';

interface Transition {
  from: readonly RestockOrderStatus[];
  to: RestockOrderStatus;
  /** The step that joins the order's timeline. */
  event: RestockOrderEventKind;
}

/** The states of an order that is sent to its factory later, by itself. */
export const WAITING_STATUSES = ['WAITING_FOR_FACTORY', 'UNCONFIRMED'] as const;

const OPEN = ['REQUESTED', ...WAITING_STATUSES, 'ORDERED', 'OVERDUE', 'DEAD_LETTERED'] as const;

/** Every change of a restock order's status. An order begins as `REQUESTED`; a closed one changes no more. */
export const TRANSITIONS = {
  /** The factory accepted the order, even one that counted as given up. */
  accept: { from: ['REQUESTED', ...WAITING_STATUSES, 'DEAD_LETTERED'], to: 'ORDERED', event: 'ORDERED' },
  /** The factory did not take the order, through no fault of the order. */
  wait: { from: ['REQUESTED'], to: 'WAITING_FOR_FACTORY', event: 'WAITING' },
  /** The factory may have taken the order: its answer was lost. */
  loseAnswer: { from: ['REQUESTED'], to: 'UNCONFIRMED', event: 'UNCONFIRMED' },
  /** The wait is over: the factory is asked again. */
  retry: { from: WAITING_STATUSES, to: 'REQUESTED', event: 'REQUESTED' },
  /** The attempts to reach the factory are used up, or the wait for it is. */
  deadLetter: { from: ['REQUESTED', ...WAITING_STATUSES], to: 'DEAD_LETTERED', event: 'DEAD_LETTERED' },
  /** A person asks for new attempts. */
  redrive: { from: ['DEAD_LETTERED'], to: 'REQUESTED', event: 'REDRIVEN' },
  /** A person discards the dead letter of the order. */
  discard: { from: ['DEAD_LETTERED'], to: 'CANCELLED', event: 'CANCELLED' },
  /** The goods did not come by the deadline. */
  miss: { from: ['ORDERED'], to: 'OVERDUE', event: 'OVERDUE' },
  /** All goods came: late, or before the factory's answer, as it may be. */
  complete: { from: OPEN, to: 'RECEIVED', event: 'RECEIVED' },
  /** A person gives the order up. */
  cancel: { from: OPEN, to: 'CANCELLED', event: 'CANCELLED' },
} as const satisfies Record<string, Transition>;

export type TransitionName = keyof typeof TRANSITIONS;

/** Whether an order in this state is closed: its SKU may have another one. */
export function isClosed(status: RestockOrderStatus): boolean {
  return status === 'RECEIVED' || status === 'CANCELLED';
}

/**
 * Changes the status of an order, in the caller's transaction, if it is in a state that the transition leaves: so that
 * the change happens once, however many ask for it.
 *
 * @param at now, by the injected clock
 * @param detail of the event, or null for a change that another event of the timeline tells of
 * @param values further columns that change with the status
 * @returns whether the order was in such a state
 */
export async function transition(
  manager: EntityManager,
  id: string,
  name: TransitionName,
  at: Date,
  detail: string | null,
  values: QueryDeepPartialEntity<RestockOrder> = {},
): Promise<boolean> {
  const { from, to, event } = TRANSITIONS[name];
  const { affected } = await manager.update(
    RestockOrder,
    { id, status: In([...from]) },
    {
      nextAttemptAt: null,
      attemptMessageId: null,
      ...values,
      status: to,
      attemptUntil: null,
      ...(isClosed(to) && { openSku: null, closedAt: at }),
    },
  );
  if (affected !== 1) return false;
  if (detail !== null) await appendEvent(manager, id, event, detail, at);
  return true;
}
