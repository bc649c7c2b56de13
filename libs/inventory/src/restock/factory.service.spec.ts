import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Circuit } from '../circuit/circuit.entity.js';
import { Database } from '../database/database.js';
import { Factory } from '../product/factory.entity.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';
import { FactoryService } from './factory.service.js';
import { factoryCircuit } from './factory-circuit.js';
import { RestockAttemptService } from './restock-attempt.service.js';
import { RestockOrder } from './restock-order.entity.js';

const UNKNOWN = { code: 'FACTORY.NOT_FOUND', facts: { factoryId: 'no-such-factory' } };

describe.each(TEST_DATABASES)('factories on %s', (kind) => {
  let warehouse: Warehouse;
  let factories: FactoryService;

  const row = (id: string, rest: Partial<Factory> = {}) => ({
    ...{ id, name: id, managerEmail: 'manager@donut-states.example', apiUrl: 'http://127.0.0.1:1' },
    ...{ leadTimeSeconds: 10, overdueAfterSeconds: 60, ...rest },
  });

  beforeAll(async () => {
    warehouse = await Warehouse.open(kind);
    factories = warehouse.get(FactoryService);
    const listed = row('FF-2', { callbackAddresses: ['203.0.113.0/24', '2001:db8::1'] });
    await warehouse.dataSource.manager.insert(Factory, [listed, row('FF-3', { adapter: 'webhook' })]);
  });
  afterAll(() => warehouse.close());

  const change = (id: string, values: Parameters<FactoryService['change']>[2]) =>
    warehouse.get(Database).write((manager) => factories.change(manager, id, values));

  it('are listed page by page, in the order of their ids', async () => {
    const first = await factories.list({ limit: 2 });
    expect(first.items.map(({ factory }) => factory.id)).toEqual(['FF-1', 'FF-2']);
    const last = await factories.list({ limit: 2, cursor: first.nextCursor! });
    expect(last.items.map(({ factory }) => factory.id)).toEqual(['FF-3']);
    expect(last.nextCursor).toBeNull();
    await expect(factories.list({ limit: 2, cursor: 'FF-9' })).rejects.toMatchObject({
      code: 'CURSOR.UNKNOWN',
    });
  });

  it('have a list of callback addresses, or none', async () => {
    expect((await factories.get('FF-1')).factory.callbackAddresses).toBeNull();
    expect(await factories.callbackAddresses()).toEqual(
      new Map([['FF-2', ['203.0.113.0/24', '2001:db8::1']]]),
    );
    await change('FF-3', { callbackAddresses: ['192.0.2.1'] });
    await change('FF-2', { callbackAddresses: null });
    expect(await factories.callbackAddresses()).toEqual(new Map([['FF-3', ['192.0.2.1']]]));
  });

  it('show the circuit of the calls to them, and how many orders wait', async () => {
    expect(await factories.get('FF-1')).toMatchObject({ circuit: undefined, waitingOrders: 0 });
    const openedAt = new Date('2026-03-01T12:00:00Z');
    const circuit = { name: factoryCircuit('FF-1'), state: 'OPEN', failures: 3, openedAt } as const;
    await warehouse.dataSource.manager.insert(Circuit, circuit);
    const statuses = ['WAITING_FOR_FACTORY', 'WAITING_FOR_FACTORY', 'UNCONFIRMED', 'ORDERED'] as const;
    for (const [index, status] of statuses.entries()) {
      const { id } = await warehouse.openRestockOrder(`WAITING-${index}`, 10);
      await warehouse.dataSource.manager.update(RestockOrder, { id }, { status });
    }
    const { items } = await factories.list({ limit: 10 });
    expect(items).toMatchObject([
      { factory: { id: 'FF-1' }, circuit: { state: 'OPEN', openedAt }, waitingOrders: 3 },
      { factory: { id: 'FF-2' }, circuit: undefined, waitingOrders: 0 },
      { factory: { id: 'FF-3' }, circuit: undefined, waitingOrders: 0 },
    ]);
  });

  it('are changed in what is said alone, and told of before and after', async () => {
    const seen = (await factories.get('FF-2')).factory;
    const { before, after } = await change('FF-2', { leadTimeSeconds: 99, name: 'Donut Works' });
    expect(before).toEqual(seen);
    expect(after.factory).toEqual({ ...seen, leadTimeSeconds: 99, name: 'Donut Works' });
    expect((await change('FF-2', {})).after.factory).toEqual(after.factory);
  });

  it('tell each of two changes at once what the other has made', async () => {
    const changes = await Promise.all(
      [1, 2, 3, 4].map((seconds) => change('FF-3', { leadTimeSeconds: seconds })),
    );
    const steps = new Map(
      changes.map(({ before, after }) => [before.leadTimeSeconds, after.factory.leadTimeSeconds]),
    );
    const order: number[] = [];
    for (let seconds: number | undefined = 10; seconds !== undefined; seconds = steps.get(seconds)) {
      order.push(seconds);
    }
    expect(order.sort((one, other) => one - other)).toEqual([1, 2, 3, 4, 10]);
  });

  it('are not found under an unknown id', async () => {
    await expect(factories.get('no-such-factory')).rejects.toMatchObject(UNKNOWN);
    await expect(change('no-such-factory', { name: 'x' })).rejects.toMatchObject(UNKNOWN);
  });

  it('are those of restock orders, open and closed', async () => {
    const open = await warehouse.openRestockOrder('OPEN', 10);
    await warehouse.get(RestockAttemptService).recordOrdered(open.id);
    const closed = await warehouse.openRestockOrder('CLOSED', 10, { factoryId: 'FF-2' });
    await warehouse.dataSource.manager.update(
      RestockOrder,
      { id: closed.id },
      { status: 'RECEIVED', openSku: null },
    );
    expect(await factories.factoriesOf([open.id, closed.id, 'no-such-order'])).toEqual(
      new Map([
        [open.id, 'FF-1'],
        [closed.id, 'FF-2'],
      ]),
    );
    expect(await factories.factoriesOf([])).toEqual(new Map());
  });
});
