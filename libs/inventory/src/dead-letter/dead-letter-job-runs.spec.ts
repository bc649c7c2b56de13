import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Circuit } from '../circuit/circuit.entity.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { DeadLetterDesk } from '../testing/dead-letter-desk.js';
import { SettableClock } from '../testing/settable-clock.js';
import { TEST_DATABASES } from '../testing/test-database.js';
import { Warehouse } from '../testing/warehouse.js';

describe.each(TEST_DATABASES)('running jobs over dead letters on %s', (kind) => {
  let warehouse: Warehouse;
  let clock: SettableClock;
  let desk: DeadLetterDesk;

  beforeAll(async () => {
    clock = new SettableClock();
    warehouse = await Warehouse.open(kind, 10, clock);
  }, 60_000);
  beforeEach(() => void (desk = new DeadLetterDesk(warehouse, clock)));
  afterEach(async () => {
    jest.restoreAllMocks();
    await warehouse.dataSource.manager.clear(Circuit);
    expect(await warehouse.differences()).toEqual([]);
  });
  afterAll(() => warehouse.close());

  const sent = async () => warehouse.outbox('probe');

  it('keep to their rate', async () => {
    await desk.openProbes(30);
    const job = await desk.plan({ lettersPerSecond: 10 });
    await desk.start(job.id);
    const before = (await sent()).length;
    const doneAfter = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 50) {
        clock.advance(50);
        while (await desk.runner.step());
      }
      return (await sent()).length - before;
    };
    const afterASecond = await doneAfter(1_000);
    expect(afterASecond).toBeGreaterThanOrEqual(9);
    expect(afterASecond).toBeLessThanOrEqual(12);
    const afterTwo = await doneAfter(1_000);
    expect(afterTwo - afterASecond).toBeGreaterThanOrEqual(9);
    expect(afterTwo - afterASecond).toBeLessThanOrEqual(11);
    await desk.run(job.id);
    expect(await desk.outcomes(job.id)).toEqual({ REDRIVEN: 30 });
  }, 30_000);

  it('do not catch up after a pause of the workers', async () => {
    await desk.openProbes(25);
    const job = await desk.plan({ lettersPerSecond: 5 });
    await desk.start(job.id);
    clock.advance(60_000);
    while (await desk.runner.step());
    // Those of the second that may be caught up, and the ones due now.
    expect((await desk.outcomes(job.id)).REDRIVEN).toBeLessThanOrEqual(7);
    await desk.cancel(job.id);
  });

  it('wait while the circuit of a factory is open, go on with others, and by themselves when it is closed', async () => {
    const { order } = await desk.openOrder('AWAY');
    await desk.openProbes(2);
    const circuit = { name: 'factory:FF-1', state: 'OPEN', failures: 3, retryAt: clock.localNow() } as const;
    await warehouse.dataSource.manager.save(Circuit, circuit);
    const job = await desk.plan();
    await desk.start(job.id);
    await desk.run(job.id);
    expect(await desk.jobs.get(job.id)).toMatchObject({ status: 'RUNNING', waitsFor: 'factory:FF-1' });
    expect(await desk.outcomes(job.id)).toEqual({ REDRIVEN: 2, PENDING: 1 });
    expect(await warehouse.restockOrder(order.id)).toMatchObject({ status: 'DEAD_LETTERED' });
    await warehouse.dataSource.manager.update(Circuit, { name: circuit.name }, { state: 'CLOSED' });
    clock.advance(5_000);
    await desk.runner.step();
    await desk.run(job.id);
    expect(await desk.jobs.get(job.id)).toMatchObject({ status: 'DONE', waitsFor: null });
    expect(await warehouse.restockOrder(order.id)).toMatchObject({ status: 'REQUESTED' });
  });

  it('leave no letter half done when a worker fails in the middle, and go on', async () => {
    await desk.openProbes(10);
    const job = await desk.plan();
    await desk.start(job.id);
    const before = await sent();
    const outbox = warehouse.get(OutboxService);
    const original = outbox.addUnchecked.bind(outbox);
    let calls = 0;
    jest.spyOn(outbox, 'addUnchecked').mockImplementation(async (...given) => {
      calls += 1;
      if (calls === 4) throw new Error('the worker is killed');
      await original(...given);
    });
    clock.advance(1_000);
    await expect(desk.runner.step()).rejects.toThrow('the worker is killed');
    expect(await desk.outcomes(job.id)).toEqual({ PENDING: 10 });
    expect(await sent()).toEqual(before);
    expect(await desk.letters.list({ limit: 20, status: 'OPEN', text: desk.mark })).toMatchObject({
      items: { length: 10 },
    });
    await desk.run(job.id);
    expect(await desk.outcomes(job.id)).toEqual({ REDRIVEN: 10 });
    expect((await sent()).length - before.length).toBe(10);
  });

  it('give each letter one outcome when four workers run them at once', async () => {
    await desk.openProbes(60);
    const before = (await sent()).length;
    const job = await desk.plan();
    await desk.start(job.id);
    while ((await desk.jobs.get(job.id)).status === 'RUNNING') {
      clock.advance(100);
      await Promise.all([desk.runner.step(), desk.runner.step(), desk.runner.step(), desk.runner.step()]);
    }
    expect(await desk.outcomes(job.id)).toEqual({ REDRIVEN: 60 });
    expect((await sent()).length - before).toBe(60);
  }, 30_000);
});
