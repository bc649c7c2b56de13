import { Injectable } from '@nestjs/common';
import { IsNull, Not, type EntityManager, type FindOptionsWhere } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/database-errors.js';
import { type Page, type PageRequest, readPage, type TimeRange, isWithin } from '../database/page.js';
import { InventoryError } from '../errors.js';
import { type NotificationRequest, NotificationService } from '../notification/notification.service.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { RestockProgressService } from '../restock/restock-progress.service.js';
import { DeadLetter, type DeadLetterStatus } from './dead-letter.entity.js';
import { DeliveryFailureService } from './delivery-failure.service.js';

/** A message that came out of a dead-letter queue, or that a handler does not trust. */
export interface UnhandledMessage {
  /** The queue of the message. */
  queue: string;
  messageId: string;
  body: string;
  attributes: Record<string, string>;
}

export interface DeadLetterCause {
  code: string;
  detail: string;
}

/** The person who resolves a dead letter, and the reason. */
export interface Resolution {
  by: string;
  note?: string;
}

/** The cause without a recorded attempt: SQS gives none. */
const UNRECORDED: DeadLetterCause = {
  code: 'HANDLER.DIED',
  detail: 'no attempt reported its end: the worker died, or took longer than the visibility timeout',
};

/** A mail about a mail that could not be sent may be refused as well: the second is not told of, or it would never end. */
const MAIL_QUEUE = 'notifications';

/** A letter that the operators were told of, or will be. */
const TOLD = { notificationId: Not(IsNull()) };

/** Causes that a redrive cannot fix: the message would fail again. */
const NOT_REDRIVABLE = new Set(['RECEIPT.FORGED']);

@Injectable()
export class DeadLetterService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly outbox: OutboxService,
    private readonly progress: RestockProgressService,
    private readonly failures: DeliveryFailureService,
    private readonly notifications: NotificationService,
  ) {}

  /**
   * Records a message and mails the operators. While a dead letter with the same queue and cause is open, of which a mail
   * tells, others cause no further mail. Recording one message twice changes nothing.
   *
   * @param cause of a quarantine. Without it, the cause is the last failed attempt at the message
   */
  async open(message: UnhandledMessage, cause?: DeadLetterCause): Promise<void> {
    try {
      await this.database.write((manager) => this.openWithin(manager, message, cause));
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
  }

  /**
   * Dead letters, newest first, starting behind the id `cursor`.
   *
   * @throws InventoryError `CURSOR.UNKNOWN`
   */
  async list({
    status,
    queue,
    causeCode,
    since,
    until,
    ...page
  }: PageRequest & TimeRange & { status?: DeadLetterStatus; queue?: string; causeCode?: string }): Promise<
    Page<DeadLetter>
  > {
    const where: FindOptionsWhere<DeadLetter> = {};
    if (status) where.status = status;
    if (queue) where.queue = queue;
    if (causeCode) where.causeCode = causeCode;
    if (since ?? until) where.openedAt = isWithin({ since, until });
    const list = { entity: DeadLetter, key: 'id', order: 'desc', where } as const;
    return this.database.read((manager) => readPage(manager, list, page));
  }

  /** The number of dead letters that wait for a person. */
  async countOpen(): Promise<number> {
    return this.database.read((manager) => manager.countBy(DeadLetter, { status: 'OPEN' }));
  }

  /** @throws InventoryError `DEAD_LETTER.UNKNOWN` */
  async get(id: string): Promise<DeadLetter> {
    return this.database.read((manager) => findDeadLetter(manager, id));
  }

  /**
   * Sends the message to its queue again, through the outbox: once, even if several callers ask for it.
   *
   * @param within the caller's transaction, in place of one of its own
   * @throws InventoryError `DEAD_LETTER.UNKNOWN`, `DEAD_LETTER.RESOLVED`, `DEAD_LETTER.NOT_REDRIVABLE`
   */
  async redrive(id: string, resolution: Resolution, within?: EntityManager): Promise<DeadLetter> {
    return this.database.write(async (manager) => {
      const letter = await findDeadLetter(manager, id);
      const payload = redrivablePayload(letter);
      const at = await this.clock.now(manager);
      await resolve(manager, letter, 'REDRIVEN', resolution, at);
      const restockOrderId = restockOrderOf(letter);
      if (restockOrderId) await this.progress.markRedriven(manager, restockOrderId, resolution.by, at);
      await this.outbox.addUnchecked(manager, letter.queue, payload, at);
      return findDeadLetter(manager, id);
    }, within);
  }

  /**
   * Gives the message up. The restock order that it names is cancelled, so that the SKU can be refilled again.
   *
   * @param within the caller's transaction, in place of one of its own
   * @throws InventoryError `DEAD_LETTER.UNKNOWN`, `DEAD_LETTER.RESOLVED`
   */
  async discard(id: string, resolution: Resolution, within?: EntityManager): Promise<DeadLetter> {
    return this.database.write(async (manager) => {
      const letter = await findDeadLetter(manager, id);
      await resolve(manager, letter, 'DISCARDED', resolution, await this.clock.now(manager));
      const restockOrderId = restockOrderOf(letter);
      if (restockOrderId) {
        await this.progress.cancelDeadLettered(
          manager,
          restockOrderId,
          resolution.by,
          'dead letter discarded',
        );
      }
      return findDeadLetter(manager, id);
    }, within);
  }

  private async openWithin(
    manager: EntityManager,
    message: UnhandledMessage,
    givenCause?: DeadLetterCause,
  ): Promise<void> {
    if (await manager.existsBy(DeadLetter, { messageId: message.messageId })) return;
    const attempts = await this.failures.takeAll(manager, message.messageId);
    const cause = givenCause ?? attempts.at(-1) ?? UNRECORDED;
    const at = await this.clock.now(manager);
    const letter = manager.create(DeadLetter, {
      ...message,
      id: uuidv7(),
      causeCode: cause.code,
      causeDetail: cause.detail.slice(0, 500),
      attempts,
      status: 'OPEN',
      openedAt: at,
    });
    await manager.insert(DeadLetter, letter);
    await this.forgetMailOf(manager, message);
    const isFirst = await this.isFirstOfCause(manager, letter);
    const restockOrderId = restockOrderOf(letter);
    if (restockOrderId) {
      await this.progress.markDeadLettered(manager, restockOrderId, `${cause.code}: ${cause.detail}`, at);
    }
    if (isFirst) {
      const request: NotificationRequest = {
        kind: 'DEAD_LETTER_OPENED',
        audience: 'OPERATORS',
        facts: {
          deadLetterId: letter.id,
          queue: letter.queue,
          causeCode: letter.causeCode,
          causeDetail: letter.causeDetail,
          restockOrderId: restockOrderId ?? null,
        },
      };
      const notificationId = await this.notifications.request(manager, request, at);
      await manager.update(DeadLetter, { id: letter.id }, { notificationId });
    }
  }

  /**
   * The mail of a letter could not be sent: nobody was told, so that the next letter of the cause asks for another. A person
   * decides on it from now on, and no other mail waits for it.
   */
  private async forgetMailOf(manager: EntityManager, { queue, body }: UnhandledMessage): Promise<void> {
    const notificationId = queue === MAIL_QUEUE ? parseObject(body)?.notificationId : undefined;
    if (typeof notificationId !== 'string') return;
    await manager.update(DeadLetter, { notificationId }, { notificationId: null });
    await this.notifications.leaveLine(manager, notificationId);
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

async function findDeadLetter(manager: EntityManager, id: string): Promise<DeadLetter> {
  const letter = await manager.findOneBy(DeadLetter, { id });
  if (!letter) throw new InventoryError('DEAD_LETTER.UNKNOWN', `There is no dead letter ${id}.`, { id });
  return letter;
}

/** Conditional on the state, so that only one of two concurrent callers succeeds. */
async function resolve(
  manager: EntityManager,
  letter: DeadLetter,
  status: 'REDRIVEN' | 'DISCARDED',
  { by, note }: Resolution,
  at: Date,
): Promise<void> {
  const { affected } = await manager.update(
    DeadLetter,
    { id: letter.id, status: 'OPEN' },
    { status, resolvedAt: at, resolvedBy: by, resolutionNote: note ?? null },
  );
  if (affected === 1) return;
  const { status: current } = await findDeadLetter(manager, letter.id);
  throw new InventoryError('DEAD_LETTER.RESOLVED', `Dead letter ${letter.id} is ${current} already.`, {
    id: letter.id,
    currentStatus: current,
  });
}

/** The restock order that a message of the `restock` queue names, if it can be parsed. */
function restockOrderOf({ queue, body }: Pick<DeadLetter, 'queue' | 'body'>): string | undefined {
  if (queue !== 'restock') return undefined;
  const restockOrderId = parseObject(body)?.restockOrderId;
  return typeof restockOrderId === 'string' ? restockOrderId : undefined;
}

/**
 * The message to send again. A callback with a correct but expired signature is sent as a valid one, because a person has
 * approved it.
 */
function redrivablePayload(letter: DeadLetter): Record<string, unknown> {
  const payload = parseObject(letter.body);
  if (!payload || NOT_REDRIVABLE.has(letter.causeCode)) {
    throw new InventoryError(
      'DEAD_LETTER.NOT_REDRIVABLE',
      'This message would fail again as it is. Discard it; if goods did arrive, add them by a stock adjustment.',
      { causeCode: letter.causeCode },
    );
  }
  return letter.causeCode === 'RECEIPT.EXPIRED' ? { ...payload, verification: 'VALID' } : payload;
}

function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
