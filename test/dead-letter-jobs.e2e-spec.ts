import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type DataSource } from 'typeorm';
import { DeadLetter } from '#inventory';
import {
  createTestDatabase,
  openDatabase,
  TEST_DATABASES,
  type TestDatabase,
} from '../libs/inventory/src/testing/test-database.js';
import { eventually } from '../libs/runtime/src/testing/eventually.js';
import { RunningSystem } from './running-system.js';

/** Goal: a job over many letters survives the deaths of its worker, each letter has one outcome, and no other is touched. */
const LETTERS = Number(process.env.DEAD_LETTERS ?? 1_000);
const LETTERS_PER_SECOND = 200;

/** Of another cause: not of the plan. */
const OTHERS = 100;

describe.each(TEST_DATABASES)('a job over many dead letters on %s', (kind) => {
  let system: RunningSystem;
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase(kind);
    system = await RunningSystem.start({ ...(kind === 'mysql' && { DATABASE_URL: database.url }) });
    dataSource = await openDatabase(system.databaseUrl);
    await open('NO.MATTER', OTHERS);
    await open('PLANNED.CAUSE', LETTERS);
  }, 180_000);

  afterAll(async () => {
    await dataSource.destroy();
    await system.remove();
    await database.drop();
  }, 60_000);

  /** Probes that answer at once: their redrive works. */
  async function open(causeCode: string, count: number): Promise<void> {
    const letterOf = (index: number) => ({
      id: `01890000-0000-7000-8000-${causeCode === 'NO.MATTER' ? 'a' : 'b'}${String(index).padStart(11, '0')}`,
      queue: 'probe',
      messageId: randomUUID(),
      body: JSON.stringify({ input: index }),
      attributes: {},
      causeCode,
      causeDetail: 'planted',
      attempts: [],
      status: 'OPEN' as const,
      openedAt: new Date(),
      sku: `SKU-${index % 700}`,
      failingThing: `${causeCode} ${index}`,
      openKey: `${causeCode} ${index}`,
    });
    for (let from = 0; from < count; from += 500) {
      const size = Math.min(500, count - from);
      await dataSource.manager.insert(
        DeadLetter,
        Array.from({ length: size }, (_, index) => letterOf(from + index)),
      );
    }
  }

  const countBy = (where: object) => dataSource.manager.countBy(DeadLetter, where);

  it('is planned, and survives two deaths of the worker', async () => {
    const planned = await system.post('/dead-letter-jobs', {
      queue: 'probe',
      cause: 'PLANNED.CAUSE',
      lettersPerSecond: LETTERS_PER_SECOND,
    });
    expect(planned).toMatchObject({ status: 201, body: { letters: LETTERS, planned: { REDRIVE: LETTERS } } });
    const url = `/dead-letter-jobs/${planned.body.id}`;
    expect(await countBy({ status: 'OPEN' })).toBe(LETTERS + OTHERS);
    await system.post(`${url}/start`);
    const done = async () => ((await system.get(url)).body.outcomes.REDRIVEN as number | undefined) ?? 0;
    for (const part of [0.25, 0.6]) {
      await eventually(async () => expect(await done()).toBeGreaterThan(part * LETTERS), 120_000);
      expect(await done()).toBeLessThan(LETTERS);
      system.kill('worker');
    }
    const job = await eventually(async () => {
      const { body } = await system.get(url);
      expect(body.status).toBe('DONE');
      return body;
    }, 240_000);
    expect(job).toMatchObject({ outcomes: { REDRIVEN: LETTERS }, failedAgain: 0 });
    expect(await countBy({ status: 'REDRIVEN', causeCode: 'PLANNED.CAUSE' })).toBe(LETTERS);
    expect(await countBy({ status: 'OPEN', causeCode: 'NO.MATTER' })).toBe(OTHERS);
    const sent = await dataSource.query<{ payload: unknown }[]>(
      "SELECT payload FROM outbox_message WHERE queue = 'probe'",
    );
    const inputs = sent.map(
      ({ payload }) =>
        (typeof payload === 'string'
          ? (JSON.parse(payload) as { input: number })
          : (payload as { input: number })
        ).input,
    );
    expect(inputs.sort((a, b) => a - b)).toEqual(Array.from({ length: LETTERS }, (_, index) => index));
  }, 400_000);
});
