import { type NotificationKind, type NotificationMessage } from '#queues';
import { Injectable } from '@nestjs/common';
import {
  In,
  IsNull,
  LessThan,
  LessThanOrEqual,
  Not,
  type EntityManager,
  type FindOptionsWhere,
} from 'typeorm';
import { type Circuit } from '../circuit/circuit.entity.js';
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
import { Notification } from './notification.entity.js';

/** How the mail service is called, by all workers together. */
export interface MailGuard extends CircuitLimits {
  /** How long mails of {@link DIGESTED} kinds are collected, so that those to one recipient become one, in ms. */
  digestMs: number;
}

/** A mail that is claimed. */
export interface ClaimedMail {
  id: string;
  claimedUntil: Date;
}

/** Kinds of which several are one mail. */
const DIGESTED: readonly NotificationKind[] = ['GOODS_RECEIVED'];

const CIRCUIT = 'mail';

/** The most mails that one call finds past their limit. The next call finds the rest. */
const EXPIRED_BATCH = 100;

/** How long mails wait for the one that takes them along, in ms, before they go by themselves. */
const JOIN_MS = 60_000;

/** The most mails in one. */
const DIGEST_BATCH = 100;

/** Mails that wait: for the mail service, for their turn, or for others that join them. The database keeps them. */
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
      const circuit = await this.circuits.lock(manager, CIRCUIT);
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
      await manager.update(Notification, { id }, { message, nextAttemptAt: null });
      const others = await this.othersOfDigest(manager, mail, now);
      const ids = others.map((other) => other.id);
      if (ids.length > 0) {
        // If this worker dies with them, they go by themselves after the lease.
        const nextAttemptAt = new Date(claimedUntil.getTime() + 1);
        await manager.update(Notification, { id: In(ids) }, { claimedUntil, nextAttemptAt });
      }
      return [message, ...others.map((other) => other.message!)];
    });
  }

  /** The mail service answered: mails that wait for it may go on, at its rate. */
  async recordAnswer(): Promise<void> {
    await this.database.write(async (manager) => {
      const circuit = await this.circuits.lock(manager, CIRCUIT);
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
      const circuit = await this.circuits.lock(manager, CIRCUIT);
      const now = await this.clock.now(manager);
      if (isThrottled) slowDown(circuit, now, guard);
      else recordFailedCall(circuit, cause, now, guard);
      await this.circuits.save(manager, circuit);
      const nextAttemptAt = circuit.retryAt ?? circuit.nextCallAt ?? now;
      await this.park(manager, ids, claimedUntil, { nextAttemptAt });
      if (isThrottled) return;
      // The wait of all mails has a limit from now on, not only of the one that was tried.
      const waiting = { sentAt: IsNull(), nextAttemptAt: Not(IsNull()), waitingSince: IsNull() };
      await manager.update(Notification, waiting, { waitingSince: now });
    });
  }

  /**
   * Asks again, by a new message each, for mails whose wait is over, oldest first: as many as the mail service takes in
   * `intervalMs`, the time until the next call. While it is away, one when a probe is due.
   *
   * @returns how many
   */
  async release(guard: MailGuard, intervalMs: number): Promise<number> {
    return this.database.write(async (manager) => {
      const circuit = await this.circuits.lock(manager, CIRCUIT);
      const now = await this.clock.now(manager);
      if (circuit.state === 'OPEN' && !isProbeDue(circuit, now)) return 0;
      const inInterval = Math.floor((guard.callsPerMinute * intervalMs) / 60_000);
      const due = await manager.find(Notification, {
        where: unclaimed(
          { sentAt: IsNull(), nextAttemptAt: LessThanOrEqual(now), message: Not(IsNull()) },
          now,
        ),
        // In the order of their events. A probe is another mail each time: one that is always refused must not stop the rest.
        order: circuit.state === 'OPEN' ? { nextAttemptAt: 'ASC', id: 'ASC' } : { id: 'ASC' },
        take: circuit.state === 'OPEN' ? 1 : Math.max(1, inInterval),
      });
      const joined = new Set<string>();
      for (const mail of due) {
        if (joined.has(mail.id)) continue;
        await manager.update(Notification, { id: mail.id }, { nextAttemptAt: null });
        await this.outbox.add(manager, 'notifications', mail.message!, now);
        for (const id of await this.joinDigest(manager, mail, now)) joined.add(id);
      }
      if (circuit.state === 'OPEN' && due[0]) {
        promiseProbe(circuit, due[0].id, now, guard);
        await this.circuits.save(manager, circuit);
      }
      return due.length - due.filter(({ id }) => joined.has(id)).length;
    });
  }

  /** Mails that have waited for longer than `limitMs`, oldest first. */
  async expired(limitMs: number): Promise<Notification[]> {
    return this.database.read(async (manager) => {
      const before = new Date((await this.clock.now(manager)).getTime() - limitMs);
      return manager.find(Notification, {
        where: {
          sentAt: IsNull(),
          waitingSince: LessThan(before),
          nextAttemptAt: Not(IsNull()),
          message: Not(IsNull()),
        },
        order: { id: 'ASC' },
        take: EXPIRED_BATCH,
      });
    });
  }

  /** The mail is given up: a person decides on its dead letter. */
  async giveUp(id: string): Promise<void> {
    const none = { nextAttemptAt: null, waitingSince: null, claimedUntil: null };
    await this.database.write((manager) => manager.update(Notification, { id, sentAt: IsNull() }, none));
  }

  /** SES refused the mail that these were together: the one whose message came is tried again, the others by themselves. */
  async separate({ id, claimedUntil }: ClaimedMail, ids: readonly string[]): Promise<void> {
    await this.database.write(async (manager) => {
      const now = await this.clock.now(manager);
      const others = ids.filter((other) => other !== id);
      if (others.length > 0) await this.park(manager, others, claimedUntil, { nextAttemptAt: now });
      await manager.update(Notification, { id, claimedUntil, sentAt: IsNull() }, { claimedUntil: null });
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
    const waiting = { sentAt: IsNull(), nextAttemptAt: Not(IsNull()), id: LessThan(id) };
    return manager.existsBy(Notification, { ...waiting, kind: Not(In([...DIGESTED])) });
  }

  /** The others of its digest wait for this mail, which takes them along. @returns their ids */
  private async joinDigest(manager: EntityManager, mail: Notification, now: Date): Promise<string[]> {
    const ids = (await this.othersOfDigest(manager, mail, now)).map(({ id }) => id);
    if (ids.length > 0) {
      const nextAttemptAt = new Date(now.getTime() + JOIN_MS);
      await manager.update(Notification, { id: In(ids) }, { nextAttemptAt });
    }
    return ids;
  }

  private async othersOfDigest(
    manager: EntityManager,
    { id, kind, recipient }: Notification,
    now: Date,
  ): Promise<Notification[]> {
    if (!DIGESTED.includes(kind as NotificationKind)) return [];
    const waiting = {
      ...{ kind, recipient, sentAt: IsNull(), id: Not(id) },
      ...{ nextAttemptAt: Not(IsNull()), message: Not(IsNull()) },
    };
    return manager.find(Notification, {
      where: unclaimed(waiting, now),
      order: { id: 'ASC' },
      take: DIGEST_BATCH,
    });
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

/** A condition for rows that no worker has in hand. */
function unclaimed(where: FindOptionsWhere<Notification>, now: Date): FindOptionsWhere<Notification>[] {
  return [
    { ...where, claimedUntil: IsNull() },
    { ...where, claimedUntil: LessThan(now) },
  ];
}

/** No call within the time of two. */
function slowDown(circuit: Circuit, now: Date, { callsPerMinute }: CircuitLimits): void {
  const next = now.getTime() + (2 * 60_000) / callsPerMinute;
  circuit.nextCallAt = new Date(Math.max(next, circuit.nextCallAt?.getTime() ?? 0));
}
