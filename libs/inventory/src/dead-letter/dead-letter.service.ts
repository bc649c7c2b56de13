import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import { v7 as uuidv7 } from 'uuid';
import { Clock } from '../database/clock.js';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/database-errors.js';
import { type Page, type PageRequest, readPage } from '../database/page.js';
import { InventoryError } from '../errors.js';
import { OutboxService } from '../outbox/outbox.service.js';
import { Product } from '../product/product.entity.js';
import { RestockOrder } from '../restock/restock-order.entity.js';
import { RestockProgressService } from '../restock/restock-progress.service.js';
import { DeadLetter } from './dead-letter.entity.js';
import { type DeadLetterFilter, whereOf } from './dead-letter-filter.js';
import { DeadLetterMailService } from './dead-letter-mail.service.js';
import { failingThingOf, type MessageNames, namesIn } from './dead-letter-subject.js';
import { DeliveryFailureService } from './delivery-failure.service.js';
import { redrivableMessage } from './redrivable-message.js';
import { type DeadLetterCause, type UnhandledMessage } from './unhandled-message.js';

/** The operator who resolves a dead letter, and the reason. */
export interface Resolution {
  by: string;
  note?: string;
}

/** The cause without a recorded attempt: SQS gives none. */
const UNRECORDED: DeadLetterCause = {
  code: 'HANDLER.DIED',
  detail: 'no attempt reported its end: the worker died, or took longer than the visibility timeout',
};

/** Of the copies of one letter, the last attempts are kept. */
const MAX_ATTEMPTS = 20;

/** Another transaction may open a letter of the same thing, or resolve it, just before this one does. */
const MAX_RUNS = 3;

@Injectable()
export class DeadLetterService {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly outbox: OutboxService,
    private readonly progress: RestockProgressService,
    private readonly failures: DeliveryFailureService,
    private readonly mails: DeadLetterMailService,
  ) {}

  /**
   * Records a message and mails the operators. While a dead letter with the same queue and cause is open, of which a mail
   * tells, others cause no further mail: but for the first goods of each order that is closed, which nobody waits for.
   * Recording one message twice changes nothing. A message that fails at the same thing as an open letter is counted with it.
   *
   * @param cause of a quarantine. Without it, the cause is the last failed attempt at the message
   */
  async open(message: UnhandledMessage, cause?: DeadLetterCause): Promise<void> {
    for (let run = 1; ; run += 1) {
      try {
        return await this.database.write((manager) => this.openWithin(manager, message, cause));
      } catch (error) {
        if (!isUniqueViolation(error) || run === MAX_RUNS) throw error;
      }
    }
  }

  /**
   * Dead letters, newest first, starting behind the id `cursor`.
   *
   * @throws InventoryError `CURSOR.UNKNOWN`
   */
  async list({ cursor, limit, order, ...filter }: PageRequest & DeadLetterFilter): Promise<Page<DeadLetter>> {
    const list = {
      entity: DeadLetter,
      key: 'id',
      order: 'desc',
      where: whereOf(filter),
      losesRows: true,
    } as const;
    return this.database.read((manager) => readPage(manager, list, { cursor, limit, order }));
  }

  /** The number of dead letters that wait for a person. */
  async countOpen(): Promise<number> {
    return this.database.read((manager) => manager.countBy(DeadLetter, { status: 'OPEN' }));
  }

  /** @throws InventoryError `DEAD_LETTER.UNKNOWN` */
  async get(id: string, within?: EntityManager): Promise<DeadLetter> {
    return this.database.read((manager) => findDeadLetter(manager, id), within);
  }

  /**
   * Sends the message to its queue again, through the outbox: once, even if several callers ask for it.
   *
   * @param edited what to send in place of the message, which is kept as it came
   * @param within the caller's transaction, in place of one of its own
   * @throws InventoryError `DEAD_LETTER.UNKNOWN`, `DEAD_LETTER.RESOLVED`, `DEAD_LETTER.NOT_REDRIVABLE`,
   * `DEAD_LETTER.MESSAGE_INVALID`
   */
  async redrive(
    id: string,
    resolution: Resolution & { edited?: Record<string, unknown> },
    within?: EntityManager,
  ): Promise<DeadLetter> {
    return this.database.write(async (manager) => {
      const letter = await findDeadLetter(manager, id);
      await this.redriveWithin(manager, letter, resolution, await this.clock.now(manager));
      return findDeadLetter(manager, id);
    }, within);
  }

  /**
   * The same with a letter at hand, for many of them, in the caller's transaction. A refusal changes nothing.
   *
   * @param at now, by {@link Clock}
   * @throws InventoryError `DEAD_LETTER.RESOLVED`, `DEAD_LETTER.NOT_REDRIVABLE`, `DEAD_LETTER.MESSAGE_INVALID`
   */
  async redriveWithin(
    manager: EntityManager,
    letter: DeadLetter,
    resolution: Resolution & { edited?: Record<string, unknown> },
    at: Date,
  ): Promise<void> {
    const message = redrivableMessage(letter, resolution.edited);
    await resolve(manager, letter, 'REDRIVEN', resolution, at);
    if (resolution.edited) {
      const editedBody = { editedBody: resolution.edited } as QueryDeepPartialEntity<DeadLetter>;
      await manager.update(DeadLetter, { id: letter.id }, editedBody);
    }
    const restockOrderId = restockOrderOf(letter);
    if (restockOrderId) await this.progress.markRedriven(manager, restockOrderId, resolution.by, at);
    await this.outbox.addUnchecked(manager, letter.queue, message, at);
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
      await this.discardWithin(manager, letter, resolution, await this.clock.now(manager));
      return findDeadLetter(manager, id);
    }, within);
  }

  /** The same with a letter at hand. See {@link redriveWithin}. @throws InventoryError `DEAD_LETTER.RESOLVED` */
  async discardWithin(
    manager: EntityManager,
    letter: DeadLetter,
    resolution: Resolution,
    at: Date,
  ): Promise<void> {
    await resolve(manager, letter, 'DISCARDED', resolution, at);
    const restockOrderId = restockOrderOf(letter);
    if (!restockOrderId) return;
    const note = 'dead letter discarded';
    await this.progress.cancelDeadLettered(manager, restockOrderId, resolution.by, note);
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
    const failingThing = failingThingOf(message);
    const restockOrderId = restockOrderOf(message);
    if (restockOrderId) {
      await this.progress.markDeadLettered(manager, restockOrderId, `${cause.code}: ${cause.detail}`, at);
    }
    if (await countCopy(manager, failingThing, attempts, at)) return;
    const goodsOf = givenCause?.restockOrderId;
    const isOfClosedOrder =
      goodsOf !== undefined &&
      (await this.progress.recordRefusedGoods(manager, goodsOf, `${cause.code}: ${cause.detail}`, at));
    const letter = manager.create(DeadLetter, {
      ...message,
      ...(await subjectOf(manager, message)),
      id: uuidv7(),
      failingThing,
      openKey: failingThing,
      causeCode: cause.code,
      causeDetail: cause.detail.slice(0, 500),
      attempts,
      status: 'OPEN',
      openedAt: at,
    });
    await manager.insert(DeadLetter, letter as QueryDeepPartialEntity<DeadLetter>);
    await this.mails.forgetMailOf(manager, message);
    await this.mails.tell(manager, letter, at, { goodsOf, isOfClosedOrder });
  }
}

/** Conditional on the state: a letter that is resolved at the same time counts no more. @returns whether there is one */
async function countCopy(
  manager: EntityManager,
  openKey: string,
  attempts: DeadLetter['attempts'],
  at: Date,
): Promise<boolean> {
  const first = await manager.findOneBy(DeadLetter, { openKey });
  if (!first) return false;
  const { affected } = await manager.update(
    DeadLetter,
    { id: first.id, status: 'OPEN' },
    {
      copies: () => 'copies + 1',
      lastCopyAt: at,
      attempts: [...first.attempts, ...attempts].slice(-MAX_ATTEMPTS),
    },
  );
  return affected === 1;
}

/** What the message names, and what the warehouse knows of that. */
async function subjectOf(manager: EntityManager, { body }: UnhandledMessage): Promise<MessageNames> {
  const { restockOrderId, ...named } = namesIn(body);
  const order = restockOrderId && (await manager.findOneBy(RestockOrder, { id: restockOrderId }));
  const sku = (order && order.sku) || named.sku;
  const product = sku ? await manager.findOneBy(Product, { sku }) : null;
  const factoryId = (order && order.factoryId) || named.factoryId || product?.factoryId || null;
  return { restockOrderId, sku, factoryId };
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
    { status, openKey: null, resolvedAt: at, resolvedBy: by, resolutionNote: note ?? null },
  );
  if (affected === 1) return;
  const { status: current } = await findDeadLetter(manager, letter.id);
  throw new InventoryError('DEAD_LETTER.RESOLVED', `Dead letter ${letter.id} is ${current} already.`, {
    id: letter.id,
    currentStatus: current,
  });
}

/** The restock order that a message of the `restock` queue names. */
function restockOrderOf({ queue, body }: Pick<DeadLetter, 'queue' | 'body'>): string | null {
  return queue === 'restock' ? namesIn(body).restockOrderId : null;
}
