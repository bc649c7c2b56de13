import { Injectable } from '@nestjs/common';
import { IsNull, LessThanOrEqual, MoreThan, Not, type EntityManager } from 'typeorm';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { type NotificationRequest, NotificationService } from '../notification/notification.service.js';
import { DeadLetter } from './dead-letter.entity.js';
import { DeadLetterMute } from './dead-letter-mute.entity.js';
import { parseObject } from './dead-letter-subject.js';
import { type UnhandledMessage } from './unhandled-message.js';

/** A mail about a mail that could not be sent may be refused as well: the second is not told of, or it would never end. */
const MAIL_QUEUE = 'notifications';

/** A letter that the operators were told of, or will be. */
const TOLD = { notificationId: Not(IsNull()) };

/** What a letter says of goods that were refused. */
export interface RefusedGoods {
  /** Their order, where the callback leaves no doubt about it. */
  goodsOf?: string;
  /** They are the first that come for an order that is closed: each such order is news. */
  isOfClosedOrder: boolean;
}

/** Mails the operators of dead letters: one for those of one queue and cause that are open, and none while they are mute. */
@Injectable()
export class DeadLetterMailService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly notifications: NotificationService,
  ) {}

  /** A letter was opened. In the transaction that did it. */
  async tell(manager: EntityManager, letter: DeadLetter, at: Date, goods: RefusedGoods): Promise<void> {
    const isFirst = await this.isFirstOfCause(manager, letter);
    if (!(isFirst || goods.isOfClosedOrder) || (await isMuted(manager, letter, at))) return;
    await this.request(manager, letter, at, goods.goodsOf);
  }

  /**
   * The mail of a letter could not be sent: nobody was told, so that the next letter of the cause asks for another. A person
   * decides on it from now on, and no other mail waits for it.
   */
  async forgetMailOf(manager: EntityManager, message: UnhandledMessage): Promise<void> {
    const notificationId = mailOf(message);
    if (notificationId === undefined) return;
    await manager.update(DeadLetter, { notificationId }, { notificationId: null });
    await this.notifications.leaveLine(manager, notificationId);
  }

  /** No mail tells of this queue and cause until then. In the caller's transaction. */
  async mute(manager: EntityManager, mute: DeadLetterMute): Promise<void> {
    await manager.upsert(DeadLetterMute, mute, ['queue', 'causeCode']);
  }

  /** @returns what was muted until when; undefined when nothing was */
  async unmute(
    manager: EntityManager,
    queue: string,
    causeCode: string,
  ): Promise<DeadLetterMute | undefined> {
    const muted = await manager.findOneBy(DeadLetterMute, { queue, causeCode });
    if (!muted) return undefined;
    await this.end(manager, muted, await this.clock.now(manager));
    return muted;
  }

  /** Ends mutes whose time is over: a mail tells of the letters that came meanwhile. */
  async endMutes(): Promise<void> {
    await this.database.write(async (manager) => {
      const now = await this.clock.now(manager);
      const over = await manager.findBy(DeadLetterMute, { mutedUntil: LessThanOrEqual(now) });
      for (const mute of over) await this.end(manager, mute, now);
    });
  }

  private async end(manager: EntityManager, { queue, causeCode }: DeadLetterMute, at: Date): Promise<void> {
    const { affected } = await manager.delete(DeadLetterMute, { queue, causeCode });
    if (affected === 0) return;
    const group = { queue, causeCode, status: 'OPEN' } as const;
    if (await manager.existsBy(DeadLetter, { ...group, ...TOLD })) return;
    const newest = await manager.findOne(DeadLetter, { where: group, order: { id: 'DESC' } });
    if (newest) await this.request(manager, newest, at);
  }

  private async request(
    manager: EntityManager,
    letter: DeadLetter,
    at: Date,
    goodsOf?: string,
  ): Promise<void> {
    const request: NotificationRequest = {
      kind: 'DEAD_LETTER_OPENED',
      audience: 'OPERATORS',
      facts: {
        deadLetterId: letter.id,
        queue: letter.queue,
        causeCode: letter.causeCode,
        causeDetail: letter.causeDetail,
        restockOrderId: letter.queue === 'restock' ? letter.restockOrderId : (goodsOf ?? null),
      },
    };
    const notificationId = await this.notifications.request(manager, request, at);
    await manager.update(DeadLetter, { id: letter.id }, { notificationId });
  }

  /**
   * Queried after the insert, with locks: letters of one cause that are opened at the same time wait for each other. A query
   * before the insert would find each of them to be the first.
   */
  private async isFirstOfCause(
    manager: EntityManager,
    { id, queue, causeCode }: DeadLetter,
  ): Promise<boolean> {
    const others = manager
      .createQueryBuilder(DeadLetter, 'letter')
      .select('letter.id')
      .where({ status: 'OPEN', queue, causeCode, id: Not(id), ...(queue !== MAIL_QUEUE && TOLD) })
      .limit(1);
    return (await this.database.forUpdate(others).getOne()) === null;
  }
}

function isMuted(manager: EntityManager, { queue, causeCode }: DeadLetter, at: Date): Promise<boolean> {
  return manager.existsBy(DeadLetterMute, { queue, causeCode, mutedUntil: MoreThan(at) });
}

/** The mail that a message of the `notifications` queue asks for, if it can be parsed. */
export function mailOf({ queue, body }: Pick<DeadLetter, 'queue' | 'body'>): string | undefined {
  const notificationId = queue === MAIL_QUEUE ? parseObject(body)?.notificationId : undefined;
  return typeof notificationId === 'string' ? notificationId : undefined;
}
