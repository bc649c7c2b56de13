import { type EntityManager, In, IsNull, LessThan, MoreThanOrEqual, Not } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { DeadLetter } from '../dead-letter/dead-letter.entity.js';
import { mailOf } from '../dead-letter/dead-letter-mail.service.js';
import { Notification } from '../notification/notification.entity.js';
import { OutboxMessage } from '../outbox/outbox-message.entity.js';
import { type OldRowsQuery, oldRows } from './old-rows.js';

const MAIL_QUEUE = 'notifications';

const INDEX = 'ix_notification_sent_at';

/** While more dead letters than these name mails, no mail is deleted. */
export const MOST_LETTERS_OF_MAILS = 5_000;

/**
 * Mails that were sent before then, and mails that a person gave up. A repeated message is recognised by the row of its mail,
 * so the row stays while a repeat may come: while a copy of the message waits in the outbox, while a person may redrive its
 * dead letter, and for as long after a redrive as after the mail itself.
 */
export async function oldMails(manager: EntityManager, before: Date): Promise<OldRowsQuery[]> {
  const copy = await manager.findOne(OutboxMessage, {
    where: { publishedAt: IsNull(), queue: MAIL_QUEUE },
    order: { id: 'ASC' },
  });
  const until = copy && copy.createdAt < before ? copy.createdAt : before;
  const needed = await mailsOfLetters(manager, until);
  if (!needed) return [];
  const unneeded = needed.length > 0 ? { id: Not(In(needed)) } : {};
  return [
    oldRows(manager, Notification, INDEX)
      .where({ sentAt: LessThan(until), ...unneeded })
      .orderBy('old.sentAt')
      .addOrderBy('old.id'),
    // One that was given up has no time but that in its id.
    oldRows(manager, Notification, INDEX)
      .where({ sentAt: IsNull(), nextAttemptAt: IsNull(), ...unneeded })
      .andWhere('(old.claimedUntil IS NULL OR old.claimedUntil < :until)', { until })
      .andWhere('old.id < :firstId', { firstId: firstIdOf(until) })
      .orderBy('old.id'),
  ];
}

/** The mails named by dead letters that are open, or were redriven since then; `undefined` when there are too many. */
async function mailsOfLetters(manager: EntityManager, since: Date): Promise<string[] | undefined> {
  const letters = await manager.find(DeadLetter, {
    select: { id: true, queue: true, body: true },
    where: [
      { status: 'OPEN', queue: MAIL_QUEUE },
      { status: 'REDRIVEN', queue: MAIL_QUEUE, resolvedAt: MoreThanOrEqual(since) },
    ],
    take: MOST_LETTERS_OF_MAILS + 1,
  });
  if (letters.length > MOST_LETTERS_OF_MAILS) return undefined;
  return letters.map(mailOf).filter((id) => id !== undefined);
}

/** The smallest UUIDv7 of a time. */
function firstIdOf(time: Date): string {
  return uuidv7({ msecs: time.getTime(), seq: 0, random: new Uint8Array(16) });
}
