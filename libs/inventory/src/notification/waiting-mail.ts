import { type NotificationKind } from '#queues';
import { IsNull, LessThan, LessThanOrEqual, Not, type EntityManager, type FindOptionsWhere } from 'typeorm';
import { Notification } from './notification.entity.js';

/** A condition for mails that wait, or were asked for and are not sent. */
export const WAITING = { sentAt: IsNull(), nextAttemptAt: Not(IsNull()), message: Not(IsNull()) };

/** Kinds of which several are one mail. */
export const DIGESTED: readonly NotificationKind[] = ['GOODS_RECEIVED'];

/** The most mails in one. */
const DIGEST_BATCH = 100;

/** A condition for mails that may be asked for: their time has come, and no worker has them in hand. */
export function due(where: FindOptionsWhere<Notification>, now: Date): FindOptionsWhere<Notification>[] {
  return unclaimed({ ...where, nextAttemptAt: LessThanOrEqual(now) }, now);
}

/** Whether {@link due} holds for the mail. */
export function isDue({ nextAttemptAt, claimedUntil }: Notification, now: Date): boolean {
  return nextAttemptAt! <= now && (claimedUntil === null || claimedUntil < now);
}

/** The mails that are sent together with this one. */
export async function othersOfDigest(
  manager: EntityManager,
  { id, kind, recipient }: Notification,
  now: Date,
): Promise<Notification[]> {
  if (!DIGESTED.includes(kind as NotificationKind)) return [];
  return manager.find(Notification, {
    where: unclaimed({ ...WAITING, kind, recipient, id: Not(id) }, now),
    order: { id: 'ASC' },
    take: DIGEST_BATCH,
  });
}

/** A condition for rows that no worker has in hand. */
export function unclaimed(
  where: FindOptionsWhere<Notification>,
  now: Date,
): FindOptionsWhere<Notification>[] {
  return [
    { ...where, claimedUntil: IsNull() },
    { ...where, claimedUntil: LessThan(now) },
  ];
}
