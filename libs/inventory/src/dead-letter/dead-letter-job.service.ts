import { Injectable } from '@nestjs/common';
import { type EntityManager, In, MoreThan } from 'typeorm';
import { type QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { type Page, type PageRequest, readPage } from '../database/page.js';
import { InventoryError } from '../errors.js';
import { DeadLetter } from './dead-letter.entity.js';
import { type DeadLetterFilter, whereOf } from './dead-letter-filter.js';
import {
  DeadLetterJobItem,
  type DeadLetterJobOutcome,
  type DeadLetterPlan,
} from './dead-letter-job-item.entity.js';
import {
  DeadLetterJob,
  type DeadLetterJobAction,
  type DeadLetterJobStatus,
} from './dead-letter-job.entity.js';
import { DeadLetterOutlookService } from './dead-letter-outlook.service.js';

export interface DeadLetterJobRequest {
  action: DeadLetterJobAction;
  filter: DeadLetterFilter;
  /** These letters alone; all that match the filter without it. */
  ids?: string[];
  /** Redrives as well what may then be done twice. */
  includesUnsafe: boolean;
  /** 1 to 1,000. */
  lettersPerSecond: number;
  note: string | null;
  by: string;
}

/** How many letters of a job. */
export interface DeadLetterJobCounts {
  planned: Partial<Record<DeadLetterPlan, number>>;
  outcomes: Partial<Record<DeadLetterJobOutcome, number>>;
  /** Redriven letters whose messages have failed again. */
  failedAgain: number;
}

/** The most letters of a job. */
export const MAX_JOB_LETTERS = 100_000;

const CHUNK = 500;

/** Jobs that redrive or discard many dead letters. {@link DeadLetterJobRunner} does what they say. */
@Injectable()
export class DeadLetterJobService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly outlooks: DeadLetterOutlookService,
  ) {}

  /**
   * Plans a job over the letters that are open now: later ones are not its. Nothing else changes before it is started. In the
   * caller's transaction.
   *
   * @throws InventoryError `DEAD_LETTER_JOB.TOO_LARGE`
   */
  async plan(manager: EntityManager, request: DeadLetterJobRequest): Promise<DeadLetterJob> {
    const { action, filter, ids, includesUnsafe, lettersPerSecond, note, by } = request;
    const job = manager.create(DeadLetterJob, {
      id: uuidv7(),
      action,
      status: 'PLANNED',
      filter: { ...filter, ...(ids && { ids }) },
      includesUnsafe,
      lettersPerSecond,
      note,
      createdAt: await this.clock.now(manager),
      createdBy: by,
    });
    await manager.insert(DeadLetterJob, job as QueryDeepPartialEntity<DeadLetterJob>);
    await this.freeze(manager, job, request);
    return find(manager, job.id);
  }

  /**
   * Has the job done, or its first letter alone, as a test. In the caller's transaction.
   *
   * @throws InventoryError `DEAD_LETTER_JOB.UNKNOWN`, `DEAD_LETTER_JOB.CLOSED`
   */
  async start(manager: EntityManager, id: string, onlyFirst: boolean, by: string): Promise<DeadLetterJob> {
    await this.lockIn(manager, id, ['PLANNED', 'PAUSED']);
    const nextAt = await this.clock.now(manager);
    await manager.update(DeadLetterJob, { id }, { status: 'RUNNING', onlyFirst, startedBy: by, nextAt });
    return find(manager, id);
  }

  /**
   * Leaves the letters open whose turn has not come. In the caller's transaction.
   *
   * @throws InventoryError `DEAD_LETTER_JOB.UNKNOWN`, `DEAD_LETTER_JOB.CLOSED`
   */
  async cancel(manager: EntityManager, id: string): Promise<DeadLetterJob> {
    await this.lockIn(manager, id, ['PLANNED', 'PAUSED', 'RUNNING']);
    const now = await this.clock.now(manager);
    const left = { jobId: id, outcome: 'PENDING' } as const;
    await manager.update(DeadLetterJobItem, left, { outcome: 'CANCELLED', doneAt: now });
    const cancelled = { status: 'CANCELLED', finishedAt: now, nextAt: null, waitsFor: null } as const;
    await manager.update(DeadLetterJob, { id }, cancelled);
    return find(manager, id);
  }

  /** Jobs, newest first. @throws InventoryError `CURSOR.UNKNOWN` */
  async list({
    status,
    ...page
  }: PageRequest & { status?: DeadLetterJobStatus }): Promise<Page<DeadLetterJob>> {
    const where = status ? { status } : {};
    const list = { entity: DeadLetterJob, key: 'id', order: 'desc', where } as const;
    return this.database.read((manager) => readPage(manager, list, page));
  }

  /** @throws InventoryError `DEAD_LETTER_JOB.UNKNOWN` */
  async get(id: string): Promise<DeadLetterJob> {
    return this.database.read((manager) => find(manager, id));
  }

  /**
   * The letters of a job in the order of their turns, starting behind the letter `cursor`.
   *
   * @throws InventoryError `DEAD_LETTER_JOB.UNKNOWN`
   */
  async items(
    id: string,
    { outcome, plan, ...page }: PageRequest & { outcome?: DeadLetterJobOutcome; plan?: DeadLetterPlan },
  ): Promise<Page<DeadLetterJobItem>> {
    const where = { jobId: id, ...(outcome && { outcome }), ...(plan && { plan }) };
    const list = {
      entity: DeadLetterJobItem,
      key: 'deadLetterId',
      order: 'asc',
      where,
      losesRows: true,
    } as const;
    return this.database.read(async (manager) => {
      await find(manager, id);
      return readPage(manager, list, page);
    });
  }

  /** @param within the caller's transaction */
  async countsOf(id: string, within?: EntityManager): Promise<DeadLetterJobCounts> {
    return this.database.read(async (manager) => {
      const by = (column: 'plan' | 'outcome') =>
        manager
          .createQueryBuilder(DeadLetterJobItem, 'item')
          .select(`item.${column}`, 'name')
          .addSelect('COUNT(*)', 'letters')
          .where({ jobId: id })
          .groupBy(`item.${column}`)
          .getRawMany<{ name: string; letters: string }>();
      const counted = (rows: { name: string; letters: string }[]) =>
        Object.fromEntries(rows.map(({ name, letters }) => [name, Number(letters)]));
      return {
        planned: counted(await by('plan')),
        outcomes: counted(await by('outcome')),
        failedAgain: await countFailedAgain(manager, id),
      };
    }, within);
  }

  private async freeze(
    manager: EntityManager,
    { id, createdAt }: DeadLetterJob,
    request: DeadLetterJobRequest,
  ): Promise<void> {
    let letters = 0;
    for (let after = ''; ;) {
      const chunk = await manager.find(DeadLetter, {
        where: { ...whereOf({ ...request.filter, status: 'OPEN' }), id: idsAfter(after, request.ids) },
        order: { id: 'ASC' },
        take: CHUNK,
      });
      letters += chunk.length;
      if (letters > MAX_JOB_LETTERS) throw tooLarge();
      const outlooks = await this.outlooks.outlooksOf(manager, chunk);
      const items = chunk.map((letter, index) => ({
        id: uuidv7(),
        jobId: id,
        createdAt,
        deadLetterId: letter.id,
        plan: planOf(request, outlooks[index]!.plan),
        outcome: 'PENDING' as const,
        circuit: request.action === 'REDRIVE' ? outlooks[index]!.circuit : null,
      }));
      if (items.length > 0) await manager.insert(DeadLetterJobItem, items);
      if (chunk.length < CHUNK) return;
      after = chunk.at(-1)!.id;
    }
  }

  private async lockIn(
    manager: EntityManager,
    id: string,
    statuses: readonly DeadLetterJobStatus[],
  ): Promise<void> {
    await this.database.forUpdate(manager.createQueryBuilder(DeadLetterJob, 'job').where({ id })).getOne();
    const job = await find(manager, id);
    if (statuses.includes(job.status)) return;
    throw new InventoryError('DEAD_LETTER_JOB.CLOSED', `The job ${id} is ${job.status} already.`, {
      id,
      currentStatus: job.status,
    });
  }
}

function planOf(
  { action, includesUnsafe }: DeadLetterJobRequest,
  plan: Exclude<DeadLetterPlan, 'DISCARD'>,
): DeadLetterPlan {
  if (action === 'DISCARD') return 'DISCARD';
  return plan === 'UNSAFE' && includesUnsafe ? 'REDRIVE' : plan;
}

function idsAfter(after: string, ids: string[] | undefined) {
  return ids ? In(ids.filter((id) => id > after)) : MoreThan(after);
}

async function countFailedAgain(manager: EntityManager, jobId: string): Promise<number> {
  return manager
    .createQueryBuilder(DeadLetterJobItem, 'item')
    .innerJoin(DeadLetter, 'sent', 'sent.id = item.deadLetterId')
    .innerJoin(DeadLetter, 'again', 'again.openKey = sent.failingThing AND again.openedAt >= item.doneAt')
    .where({ jobId, outcome: 'REDRIVEN' })
    .getCount();
}

async function find(manager: EntityManager, id: string): Promise<DeadLetterJob> {
  const job = await manager.findOneBy(DeadLetterJob, { id });
  if (job) return job;
  throw new InventoryError('DEAD_LETTER_JOB.UNKNOWN', `There is no job ${id}.`, { id });
}

function tooLarge(): InventoryError {
  return new InventoryError(
    'DEAD_LETTER_JOB.TOO_LARGE',
    `More than ${MAX_JOB_LETTERS} dead letters match: filter for fewer.`,
    { limit: MAX_JOB_LETTERS },
  );
}
