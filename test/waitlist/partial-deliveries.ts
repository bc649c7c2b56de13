import { callbackUrl } from '#inventory';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SeededRandom } from '../../apps/factory/src/random.js';
import { answerOf, CALLBACK_SIGNING_KEY, type RunningSystem } from '../running-system.js';
import { persistently } from './waiting-buyers.js';

const PAUSE_MS = 50;
const FACTORY = 'FF-500293';
const VALID_SECONDS = 86_400;

interface Order {
  id: string;
  quantity: number;
  expiresAtSeconds: number;
  /** Units that are on their way. */
  sent: number;
}

/**
 * The factory of one SKU: it delivers every restock order in small parts, by signed callbacks, every fourth of them twice. It never
 * sends more than the sales want that are known to wait, so that no unit is left over for a buyer who comes later.
 */
export class PartialDeliveries {
  /** Units that sales are known to wait for. */
  awaited = 0;
  /** Units of all callbacks that were taken. */
  sent = 0;
  /** Callbacks that were taken, without repeats. */
  parts = 0;
  private order: Order | undefined;

  constructor(
    private readonly system: RunningSystem,
    readonly sku: string,
    private readonly options: { demand: number; largestPart: number; random: SeededRandom },
  ) {}

  /** Resolves when all units of the demand are on their way. @param mayBegin the first part waits for it */
  async run(mayBegin: Promise<unknown>): Promise<void> {
    await mayBegin;
    const { demand, largestPart, random } = this.options;
    while (this.sent < demand) {
      if (!this.order || this.order.sent === this.order.quantity) await this.findOrder();
      const rest = this.order ? this.order.quantity - this.order.sent : 0;
      const wanted = 1 + Math.floor(random.next() * largestPart);
      const quantity = Math.min(wanted, rest, this.awaited - this.sent);
      if (quantity > 0) await this.deliver(this.order!, quantity);
      else await sleep(PAUSE_MS);
    }
  }

  private async findOrder(): Promise<void> {
    const { body } = await persistently(() => this.system.get(`/restock-orders?sku=${this.sku}&limit=1`));
    const [newest] = body.items;
    if (!newest || newest.id === this.order?.id) return;
    this.order = {
      ...{ id: newest.id, quantity: newest.quantity, sent: 0 },
      expiresAtSeconds: Math.floor(Date.now() / 1_000) + VALID_SECONDS,
    };
  }

  private async deliver(order: Order, quantity: number): Promise<void> {
    const { sku } = this;
    const url = callbackUrl(this.system.url('sales', ''), CALLBACK_SIGNING_KEY, {
      ...{ restockOrderId: order.id, sku, factoryId: FACTORY, quantity: order.quantity },
      expiresAtSeconds: order.expiresAtSeconds,
    });
    this.parts += 1;
    const callback = {
      MessageGroupId: 'stock-arrival-group',
      MessageAttributeProductId: sku,
      MessageAttributeProductCnt: quantity,
      MessageAttributeFactoryId: FACTORY,
      MessageSubject: `part ${this.parts}`,
    };
    const request = async () =>
      answerOf(
        await fetch(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(callback),
        }),
      );
    const times = this.parts % 4 === 0 ? 2 : 1;
    const answers = await Promise.all(Array.from({ length: times }, () => persistently(request)));
    for (const { status, body } of answers) {
      if (status !== 202) throw new Error(`a callback was answered ${status}: ${JSON.stringify(body)}`);
    }
    order.sent += quantity;
    this.sent += quantity;
  }
}
