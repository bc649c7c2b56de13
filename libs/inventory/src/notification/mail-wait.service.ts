import { type NotificationMessage } from '#queues';
import { Injectable } from '@nestjs/common';
import {
  In,
  IsNull,
  LessThan,
  Not,
  type EntityManager,
  type FindOptionsOrder,
  type FindOptionsWhere,
} from 'typeorm';
import { Circuit } from '../circuit/circuit.entity.js';
import {
  admit,
  type CircuitLimits,
  isProbeDue,
  promiseProbe,
  recordAnsweredCall,
  recordFailedCall,
} from '../circuit/circuit-rules.js';
import { CircuitService } from '../circuit/circuit.service.js';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { MAIL_CIRCUIT } from './mail-circuit.js';
import { Notification } from './notification.entity.js';
import { DIGESTED, due, isDue, othersOfDigest, unclaimed, WAITING } from './waiting-mail.js';

/** How the mail service is called, by all workers together. */
export interface MailGuard extends CircuitLimits {
  /** How long mails of `DIGESTED` kinds are collected, so that those to one recipient become one, in ms. */
  digestMs: number;
}

/** A mail that is claimed. */
export interface ClaimedMail {
  id: string;
  claimedUntil: Date;
}

/**
 * After so many attempts that failed in an outage, an hour of probes by default, a mail goes behind all others. Else one that
 * can never be sent would stop them until its wait has its limit.
 */
const MOST_FAILED_ATTEMPTS = 120;

const TRIED_RARELY = { failedAttempts: LessThan(MOST_FAILED_ATTEMPTS) };

const LINE = { ...WAITING, ...TRIED_RARELY, kind: Not(In([...DIGESTED])) };

/** How long a mail holds up those behind it, from its message to the claim, in ms. */
const DELIVERY_MS = 60_000;

/** The most mails that one call finds past their limit. The next call finds the rest. */
const EXPIRED_BATCH = 100;

/**
 * Mails that wait: for the mail service, for their turn, or for others that join them. The database keeps them.
 *
 * They are a line, in the order of their events. A mail has left it when it was sent: one that is asked for or being sent
 * keeps its `nextAttemptAt`, and so holds up those behind it. Those that are asked for together, where the rate allows several,
 * may arrive in any order. Mails of a digest are outside the line.
 */
@Injectable()
export class MailWaitService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly circuits: CircuitService,
    private readonly outbox: OutboxService,
  ) {}

  /**
   * Asks whether a claimed mail may be sent now. One that may not is no longer claimed, and waits.
   *
   * @returns the mails that are sent together with it, first the mail itself; `undefined` when it waits
   */
  async enter(
    { id, claimedUntil }: ClaimedMail,
    message: NotificationMessage,
    guard: MailGuard,
  ): Promise<NotificationMessage[] | undefined> {
    return this.database.write(async (manager) => {
      const circuit = await this.circuits.lock(manager, MAIL_CIRCUIT);
      const now = await this.clock.now(manager);
      const mail = await manager.findOneByOrFail(Notification, { id });
      // Another delivery has it by now, or has sent it.
      if (mail.sentAt || mail.claimedUntil?.getTime() !== claimedUntil.getTime()) return undefined;
      const until = await this.waitOf(manager, circuit, mail, message, now, guard);
      if (until) {
        const waitingSince = circuit.state === 'OPEN' ? (mail.waitingSince ?? now) : mail.waitingSince;
        await this.park(manager, [id], claimedUntil, { message, nextAttemptAt: until, waitingSince });
        return undefined;
      }
      await this.circuits.save(manager, circuit);
      // If this worker dies with them, they are asked for after the lease.
      const nextAttemptAt = new Date(claimedUntil.getTime() + 1);
      const values = mail.nextAttemptAt ? { message, nextAttemptAt } : { message };
      await manager.update(Notification, { id }, values);
      const others = await othersOfDigest(manager, mail, now);
      const ids = others.map((other) => other.id);
      if (ids.length > 0)
        await manager.update(Notification, { id: In(ids) }, { claimedUntil, nextAttemptAt });
      return [message, ...others.map((other) => other.message!)];
    });
  }

  /** The mail service answered: mails that wait for it may go on, at its rate. */
  async recordAnswer(): Promise<void> {
    await this.database.write(async (manager) => {
      const circuit = await this.circuits.lock(manager, MAIL_CIRCUIT);
      if (circuit.failures === 0 && circuit.state === 'CLOSED') return;
      recordAnsweredCall(circuit);
      await this.circuits.save(manager, circuit);
      const waiting = { sentAt: IsNull(), waitingSince: Not(IsNull()), nextAttemptAt: Not(IsNull()) };
      const now = await this.clock.now(manager);
      await manager.update(Notification, waiting, { nextAttemptAt: now, waitingSince: null });
    });
  }

  /**
   * The mail service took none of these mails, through no fault of theirs: they wait.
   *
   * @param isThrottled it takes fewer at a time, and is there
   */
  async recordOutage(
    ids: readonly string[],
    { claimedUntil, cause, isThrottled }: { claimedUntil: Date; cause: string; isThrottled: boolean },
    guard: MailGuard,
  ): Promise<void> {
    await this.database.write(async (manager) => {
      const circuit = await this.circuits.lock(manager, MAIL_CIRCUIT);
      const now = await this.clock.now(manager);
      if (isThrottled) slowDown(circuit, now, guard);
      else recordFailedCall(circuit, cause, now, guard);
      await this.circuits.save(manager, circuit);
      const nextAttemptAt = circuit.retryAt ?? circuit.nextCallAt ?? now;
      await this.park(manager, ids, claimedUntil, { nextAttemptAt });
      if (isThrottled) return;
      await manager.increment(Notification, { id: In([...ids]) }, 'failedAttempts', 1);
      // The wait of all mails has a limit from now on, not only of the one that was tried.
      const waiting = { sentAt: IsNull(), nextAttemptAt: Not(IsNull()), waitingSince: IsNull() };
      await manager.update(Notification, waiting, { waitingSince: now });
    });
  }

  /**
   * Asks again, by a new message each, for mails whose wait is over, in the order of their events: as many as the mail service
   * takes in `intervalMs`, the time until the next call. While it is away, one when a probe is due.
   *
   * @returns how many
   */
  async release(guard: MailGuard, intervalMs: number): Promise<number> {
    return this.database.write(async (manager) => {
      const circuit = await this.circuits.lock(manager, MAIL_CIRCUIT);
      const now = await this.clock.now(manager);
      const isOpen = circuit.state === 'OPEN';
      if (isOpen && !isProbeDue(circuit, now)) return 0;
      const inInterval = Math.max(1, Math.floor((guard.callsPerMinute * intervalMs) / 60_000));
      const mails = await this.next(manager, now, isOpen ? 1 : inInterval);
      const joined = new Set<string>();
      const nextAttemptAt = new Date(now.getTime() + DELIVERY_MS);
      for (const mail of mails) {
        if (joined.has(mail.id)) continue;
        await this.outbox.add(manager, 'notifications', mail.message!, now);
        // The others of its digest wait for this mail, which takes them along.
        const others = (await othersOfDigest(manager, mail, now)).map(({ id }) => id);
        await manager.update(Notification, { id: In([mail.id, ...others]) }, { nextAttemptAt });
        for (const id of others) joined.add(id);
      }
      if (isOpen && mails[0]) {
        promiseProbe(circuit, mails[0].id, now, guard);
        await this.circuits.save(manager, circuit);
      }
      return mails.filter(({ id }) => !joined.has(id)).length;
    });
  }

  /** The time until the next mail that waits may be asked for, in ms, not below 0; `undefined` when none waits. */
  async msToNextAttempt(): Promise<number | undefined> {
    return this.database.read(async (manager) => {
      const [next] = await manager.find(Notification, {
        where: WAITING,
        order: { nextAttemptAt: 'ASC' },
        take: 1,
      });
      return next && Math.max(0, next.nextAttemptAt!.getTime() - (await this.clock.now(manager)).getTime());
    });
  }

  /** Mails that have waited for longer than `limitMs`, oldest first. */
  async expired(limitMs: number): Promise<Notification[]> {
    return this.database.read(async (manager) => {
      const now = await this.clock.now(manager);
      const waitingSince = LessThan(new Date(now.getTime() - limitMs));
      const probe = (await manager.findOneBy(Circuit, { name: MAIL_CIRCUIT }))?.probe;
      return manager.find(Notification, {
        // Not the one that is just tried.
        where: unclaimed({ ...WAITING, waitingSince, id: Not(probe ?? '') }, now),
        order: { id: 'ASC' },
        take: EXPIRED_BATCH,
      });
    });
  }

  /** SES refused the mail that these were together: the one whose message came is tried again, the others by themselves. */
  async separate({ id, claimedUntil }: ClaimedMail, ids: readonly string[]): Promise<void> {
    await this.database.write(async (manager) => {
      const now = await this.clock.now(manager);
      const others = ids.filter((other) => other !== id);
      if (others.length > 0) await this.park(manager, others, claimedUntil, { nextAttemptAt: now });
      // Its message comes back to the queue, which counts its receives. It is in the line no longer.
      const none = { claimedUntil: null, nextAttemptAt: null };
      await manager.update(Notification, { id, claimedUntil, sentAt: IsNull() }, none);
    });
  }

  /** Until when the mail waits; `undefined` when it may be sent, which changes the circuit. */
  private async waitOf(
    manager: EntityManager,
    circuit: Circuit,
    mail: Notification,
    message: NotificationMessage,
    now: Date,
    guard: MailGuard,
  ): Promise<Date | undefined> {
    const isNew = mail.message === null;
    if (isNew && DIGESTED.includes(message.kind) && guard.digestMs > 0) {
      return new Date(now.getTime() + guard.digestMs);
    }
    // In the order of their events, not past those that wait for the mail service already.
    const isBehind = isNew && (await this.hasOlder(manager, mail.id));
    if (isBehind) return circuit.retryAt ?? now;
    const admission = admit(circuit, mail.id, now, guard);
    return admission.kind === 'ADMITTED' ? undefined : admission.until;
  }

  private hasOlder(manager: EntityManager, id: string): Promise<boolean> {
    return manager.existsBy(Notification, { ...LINE, id: LessThan(id) });
  }

  /** At most `most` mails whose turn it is. */
  private async next(manager: EntityManager, now: Date, most: number): Promise<Notification[]> {
    const find = (where: FindOptionsWhere<Notification>[], order: FindOptionsOrder<Notification>) =>
      manager.find(Notification, { where, order, take: most });
    const line = await find([LINE], { id: 'ASC' });
    const held = line.findIndex((mail) => !isDue(mail, now));
    const head = held < 0 ? line : line.slice(0, held);
    const digests = await find(due({ ...WAITING, ...TRIED_RARELY, kind: In([...DIGESTED]) }, now), {
      id: 'ASC',
    });
    const next = [...head, ...digests].slice(0, most);
    if (next.length > 0 || line.length > 0) return next;
    // They take turns.
    return find(due(WAITING, now), { nextAttemptAt: 'ASC', id: 'ASC' });
  }

  /** The claim identifies who parks: a later one has a later lease. */
  private async park(
    manager: EntityManager,
    ids: readonly string[],
    claimedUntil: Date,
    wait: { nextAttemptAt: Date; message?: NotificationMessage; waitingSince?: Date | null },
  ): Promise<void> {
    // TypeORM takes the object of a json column for a condition on its members.
    const values = { ...wait, claimedUntil: null } as Parameters<EntityManager['update']>[2];
    await manager.update(Notification, { id: In([...ids]), claimedUntil, sentAt: IsNull() }, values);
  }
}

/** No call within the time of two. */
function slowDown(circuit: Circuit, now: Date, { callsPerMinute }: CircuitLimits): void {
  const next = now.getTime() + (2 * 60_000) / callsPerMinute;
  circuit.nextCallAt = new Date(Math.max(next, circuit.nextCallAt?.getTime() ?? 0));
}
