import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '../database/database.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { type RestockOrderEventKind } from './restock-order-event.entity.js';
import { RESTOCK_ORDER_STATUSES, RestockOrder, type RestockOrderStatus } from './restock-order.entity.js';
import { isClosed, transition, type TransitionName, TRANSITIONS } from './restock-order-transitions.js';
import { RestockService } from './restock.service.js';

const WAITING = ['WAITING_FOR_FACTORY', 'UNCONFIRMED'];
const OPEN = ['REQUESTED', ...WAITING, 'ORDERED', 'OVERDUE', 'DEAD_LETTERED'];

/** Every allowed change, written down a second time. */
const EXPECTED: Record<
  TransitionName,
  [from: string[], to: RestockOrderStatus, event: RestockOrderEventKind]
> = {
  accept: [['REQUESTED', ...WAITING, 'DEAD_LETTERED'], 'ORDERED', 'ORDERED'],
  wait: [['REQUESTED'], 'WAITING_FOR_FACTORY', 'WAITING'],
  loseAnswer: [['REQUESTED'], 'UNCONFIRMED', 'UNCONFIRMED'],
  retry: [WAITING, 'REQUESTED', 'REQUESTED'],
  deadLetter: [['REQUESTED', ...WAITING], 'DEAD_LETTERED', 'DEAD_LETTERED'],
  redrive: [['DEAD_LETTERED'], 'REQUESTED', 'REDRIVEN'],
  discard: [['DEAD_LETTERED'], 'CANCELLED', 'CANCELLED'],
  miss: [['ORDERED'], 'OVERDUE', 'OVERDUE'],
  complete: [OPEN, 'RECEIVED', 'RECEIVED'],
  cancel: [OPEN, 'CANCELLED', 'CANCELLED'],
};

const NAMES = Object.keys(TRANSITIONS) as TransitionName[];
/** After the order's own first event: the timeline is sorted by time. */
const AT = new Date('2126-03-01T12:00:00.000Z');

describe.each(TEST_DATABASES)('the transitions of a restock order on %s', (kind) => {
  let warehouse: Warehouse;
  let id: string;

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    ({ id } = await warehouse.openRestockOrder('CP-1', 100));
  });

  afterAll(() => warehouse.close());

  const put = (status: RestockOrderStatus) =>
    warehouse.dataSource.manager.update(RestockOrder, id, {
      status,
      openSku: isClosed(status) ? null : 'CP-1',
      attemptUntil: AT,
      closedAt: null,
    });

  const change = (name: TransitionName, detail: string | null) =>
    warehouse.get(Database).write((manager) => transition(manager, id, name, AT, detail));

  const timeline = async () => (await warehouse.get(RestockService).get(id)).timeline;

  it.each(NAMES.flatMap((name) => RESTOCK_ORDER_STATUSES.map((status) => [name, status] as const)))(
    'follow the table: %s from %s',
    async (name, status) => {
      const [from, to, event] = EXPECTED[name];
      const isAllowed = from.includes(status);
      await put(status);
      const before = await warehouse.restockOrder(id);
      const steps = (await timeline()).length;
      expect(await change(name, 'a detail')).toBe(isAllowed);
      const after = await warehouse.restockOrder(id);
      const added = (await timeline()).slice(steps);
      if (!isAllowed) {
        expect(after).toEqual(before);
        expect(added).toEqual([]);
        return;
      }
      expect(after).toMatchObject({
        status: to,
        attemptUntil: null,
        openSku: isClosed(to) ? null : 'CP-1',
        closedAt: isClosed(to) ? AT : null,
      });
      expect(added).toMatchObject([{ kind: event, detail: 'a detail', createdAt: AT }]);
    },
  );

  it('happen once, however many ask for one at the same time', async () => {
    await put('REQUESTED');
    const changes = await Promise.all([1, 2, 3, 4].map(() => change('accept', 'a detail')));
    expect(changes.filter(Boolean)).toHaveLength(1);
  });

  it('add no event without a detail', async () => {
    await put('REQUESTED');
    const steps = (await timeline()).length;
    expect(await change('accept', null)).toBe(true);
    expect(await timeline()).toHaveLength(steps);
  });
});
