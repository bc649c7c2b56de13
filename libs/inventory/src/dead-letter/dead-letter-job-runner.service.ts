import { Injectable } from '@nestjs/common';
import { type EntityManager, In, LessThanOrEqual } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { Circuit } from '../circuit/circuit.entity.js';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { InventoryError } from '../errors.js';
import { DeadLetter } from './dead-letter.entity.js';
import { DeadLetterJobItem, type DeadLetterJobOutcome } from './dead-letter-job-item.entity.js';
import { DeadLetterJob } from './dead-letter-job.entity.js';
import { type DeadLetterOutlook, DeadLetterOutlookService } from './dead-letter-outlook.service.js';
import { DeadLetterService } from './dead-letter.service.js';

/** The most letters of one transaction: it holds the locks of their restock orders. */
const MAX_LETTERS = 25;

/** How much of a second's letters one transaction takes. */
const STEPS_PER_SECOND = 8;

/** While every letter left waits for a system that is away: when to look again, in ms. */
const AWAY_MS = 5_000;

/** A job that was not run for longer does not catch up, in ms. */
const MAX_LAG_MS = 1_000;

/**
 * Does what jobs say, a few letters at a time. What becomes of a letter and its outcome are one transaction: a worker that is
 * killed leaves both or neither, and any other goes on.
 */
@Injectable()
export class DeadLetterJobRunner {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly letters: DeadLetterService,
    private readonly outlooks: DeadLetterOutlookService,
    private readonly audit: AuditService,
  ) {}

  /** The next letters of the job that is due for longest. @returns whether there was one */
  async step(): Promise<boolean> {
    // Without a job, a write transaction would hold up the sales of the embedded database.
    if (!(await this.database.read((manager) => manager.existsBy(DeadLetterJob, { status: 'RUNNING' })))) {
      return false;
    }
    return this.database.write(async (manager) => {
      const now = await this.clock.now(manager);
      const due = manager
        .createQueryBuilder(DeadLetterJob, 'job')
        .where({ status: 'RUNNING', nextAt: LessThanOrEqual(now) })
        .orderBy('job.nextAt')
        .limit(1);
      const job = await this.database.forUpdate(due, { skipLocked: true }).getOne();
      if (!job) return false;
      const items = await nextItems(manager, job);
      if (items.length === 0) await this.waitOrFinish(manager, job, now);
      else await this.work(manager, job, items, now);
      return true;
    });
  }

  private async work(
    manager: EntityManager,
    job: DeadLetterJob,
    items: DeadLetterJobItem[],
    now: Date,
  ): Promise<void> {
    const ids = items.map(({ deadLetterId }) => deadLetterId);
    const found = await manager.findBy(DeadLetter, { id: In(ids) });
    const outlooks = await this.outlooks.outlooksOf(manager, found);
    const letterOf = new Map(
      found.map((letter, index) => [letter.id, { letter, outlook: outlooks[index]! }]),
    );
    const idsOf = new Map<DeadLetterJobOutcome, string[]>();
    for (const { deadLetterId } of items) {
      const known = letterOf.get(deadLetterId);
      const outcome = known ? await this.resolve(manager, job, known, now) : 'RESOLVED_BEFORE';
      idsOf.set(outcome, [...(idsOf.get(outcome) ?? []), deadLetterId]);
    }
    for (const [outcome, some] of idsOf) {
      const those = { jobId: job.id, deadLetterId: In(some) };
      await manager.update(DeadLetterJobItem, those, { outcome, doneAt: now });
    }
    if (job.onlyFirst) {
      const paused = { status: 'PAUSED', onlyFirst: false, nextAt: null, waitsFor: null } as const;
      await manager.update(DeadLetterJob, { id: job.id }, paused);
      return;
    }
    const fromMs = Math.max(job.nextAt!.getTime(), now.getTime() - MAX_LAG_MS);
    const nextAt = new Date(fromMs + (items.length * 1_000) / job.lettersPerSecond);
    await manager.update(DeadLetterJob, { id: job.id }, { nextAt, waitsFor: null });
  }

  /** What became of the letter. Looked at again: the plan may be old. */
  private async resolve(
    manager: EntityManager,
    job: DeadLetterJob,
    { letter, outlook: { plan } }: { letter: DeadLetter; outlook: DeadLetterOutlook },
    at: Date,
  ): Promise<DeadLetterJobOutcome> {
    const resolution = { by: job.startedBy!, note: job.note ?? `job ${job.id}` };
    try {
      if (job.action === 'DISCARD') {
        await this.letters.discardWithin(manager, letter, resolution, at);
        return 'DISCARDED';
      }
      if (letter.status !== 'OPEN') return 'RESOLVED_BEFORE';
      if (plan === 'NOT_REDRIVABLE' || (plan === 'UNSAFE' && !job.includesUnsafe)) return plan;
      if (plan === 'SATISFIED') {
        await this.letters.discardWithin(manager, letter, { ...resolution, note: 'done already' }, at);
        return 'SATISFIED';
      }
      await this.letters.redriveWithin(manager, letter, resolution, at);
      return 'REDRIVEN';
    } catch (error) {
      // Both are thrown before anything is changed.
      if (error instanceof InventoryError && error.code === 'DEAD_LETTER.RESOLVED') return 'RESOLVED_BEFORE';
      if (error instanceof InventoryError && error.code === 'DEAD_LETTER.NOT_REDRIVABLE')
        return 'NOT_REDRIVABLE';
      throw error;
    }
  }

  private async waitOrFinish(manager: EntityManager, job: DeadLetterJob, now: Date): Promise<void> {
    const left = await manager.findOneBy(DeadLetterJobItem, { jobId: job.id, outcome: 'PENDING' });
    if (left) {
      const nextAt = new Date(now.getTime() + AWAY_MS);
      await manager.update(DeadLetterJob, { id: job.id }, { nextAt, waitsFor: left.circuit });
      return;
    }
    const done = { status: 'DONE', finishedAt: now, nextAt: null, waitsFor: null } as const;
    await manager.update(DeadLetterJob, { id: job.id }, done);
    await this.audit.record(manager, {
      actor: job.startedBy!,
      action: 'dead_letter_job.finished',
      subjectType: 'dead_letter_job',
      subjectId: job.id,
      newValues: await outcomesOf(manager, job.id),
    });
  }
}

/** The ones whose system is not away, oldest first. */
async function nextItems(manager: EntityManager, job: DeadLetterJob): Promise<DeadLetterJobItem[]> {
  const away = (await manager.findBy(Circuit, { state: 'OPEN' })).map(({ name }) => name);
  const ofSecond = Math.ceil(job.lettersPerSecond / STEPS_PER_SECOND);
  const items = manager
    .createQueryBuilder(DeadLetterJobItem, 'item')
    .where({ jobId: job.id, outcome: 'PENDING' })
    .orderBy('item.deadLetterId')
    .limit(job.onlyFirst ? 1 : Math.min(MAX_LETTERS, ofSecond));
  if (away.length > 0) items.andWhere('(item.circuit IS NULL OR item.circuit NOT IN (:...away))', { away });
  return items.getMany();
}

async function outcomesOf(manager: EntityManager, jobId: string): Promise<Record<string, number>> {
  const rows = await manager
    .createQueryBuilder(DeadLetterJobItem, 'item')
    .select('item.outcome', 'outcome')
    .addSelect('COUNT(*)', 'letters')
    .where({ jobId })
    .groupBy('item.outcome')
    .getRawMany<{ outcome: string; letters: string }>();
  return Object.fromEntries(rows.map(({ outcome, letters }) => [outcome, Number(letters)]));
}
