import { FactoryService } from '#inventory';
import { BoundedLog, withTimeout } from '#runtime';
import { Injectable, Logger } from '@nestjs/common';
import { addressMatcher, isNetwork } from '../address-networks.js';
import { isUuid } from '../http/identifier-case.js';
import { BatchedLookup } from './batched-lookup.js';

/** How long the lists are believed without another look into the database, in ms. */
const BELIEVED_MS = 2_000;

/** How long a callback waits for the database, in ms. */
const LOOKUP_LIMIT_MS = 1_000;

/** How long the database is not asked again after it did not answer, in ms: callbacks must not wait for it one by one. */
const RETRY_MS = 2_000;

type Lists = ReadonlyMap<string, (address: string) => boolean>;

/**
 * Whether a callback may come from where it comes from, by the list of the factory of its order. Goods come first: while the
 * database is away, the last lists that were read count, and where none or no order can be read, the callback passes. Its
 * signature is verified in any case.
 */
@Injectable()
export class CallbackAddresses {
  private lists: Lists | undefined;
  private readAt = -Infinity;
  private reading: Promise<void> | undefined;
  private awayUntil = -Infinity;
  private readonly factories: BatchedLookup;
  private readonly log = new BoundedLog(new Logger(CallbackAddresses.name), {
    linesPerSecond: 1,
    overflowMessage: 'the addresses of callbacks could not be checked more often in this second',
    overflowFact: 'times',
  });

  constructor(private readonly service: FactoryService) {
    this.factories = new BatchedLookup((orders) => service.factoriesOf(orders));
  }

  /** @returns the factory whose list does not have `address`; undefined for a callback that may pass */
  async refusingFactory(restockOrderId: string, address: string): Promise<string | undefined> {
    const lists = await this.currentLists();
    // Nothing is looked up where no factory has a list, nor for a text that is no id of an order.
    if (!lists || lists.size === 0 || !isUuid(restockOrderId)) return undefined;
    const factoryId =
      this.factories.remembered(restockOrderId) ??
      (await this.answered(() => this.factories.get(restockOrderId)));
    if (factoryId === undefined) return undefined;
    return (lists.get(factoryId)?.(address) ?? true) ? undefined : factoryId;
  }

  /** The lists are read again for the next callback. */
  forget(): void {
    this.readAt = -Infinity;
  }

  private async currentLists(): Promise<Lists | undefined> {
    if (performance.now() < this.readAt + BELIEVED_MS) return this.lists;
    await this.answered(() => (this.reading ??= this.readLists()));
    return this.lists;
  }

  private async readLists(): Promise<void> {
    const readAt = performance.now();
    try {
      const networks = await this.service.callbackAddresses();
      // Written by hand, one may have what is no network: the others must count all the same.
      const valid = [...networks].map(([factoryId, list]) => [factoryId, list.filter(isNetwork)] as const);
      this.lists = new Map(
        valid
          .filter(([, list]) => list.length > 0)
          .map(([factoryId, list]) => [factoryId, addressMatcher(list)]),
      );
      this.readAt = readAt;
    } finally {
      this.reading = undefined;
    }
  }

  /** Undefined when the database does not answer in time, or did not a moment ago. */
  private async answered<T>(ask: () => Promise<T>): Promise<T | undefined> {
    if (performance.now() < this.awayUntil) return undefined;
    try {
      return await withTimeout(ask(), LOOKUP_LIMIT_MS);
    } catch (error) {
      this.awayUntil = performance.now() + RETRY_MS;
      const { message } = error as Error;
      this.log.warn('the address of a callback could not be checked, and it passes', () => ({
        error: message,
      }));
      return undefined;
    }
  }
}
