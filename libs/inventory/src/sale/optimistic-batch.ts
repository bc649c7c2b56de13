import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type ScriptTurn, ScriptRunner } from '../database/script-runner.js';
import { Caution } from './caution.js';
import { Neighbours } from './neighbours.js';
import { type PendingSale, type SaleDecision, skusOf } from './pending-sale.js';
import { confirmedSale, type MadeSale } from './sale-records.js';
import { saleScript, type Take, unitsLeft } from './sale-script.js';
import { SeenStock } from './seen-stock.js';

/**
 * Sells a batch in one trip to MySQL, without having looked: the rows themselves refuse what is not so. That fails as
 * a whole, and says little of why, so it is for what is nearly always so.
 */
@Injectable()
export class OptimisticBatch {
  /** Batches that take no turn, after somebody had not given it back. */
  private readonly aboutTurns = new Caution();

  constructor(
    private readonly scripts: ScriptRunner,
    private readonly seen: SeenStock,
    private readonly neighbours: Neighbours,
  ) {}

  /**
   * Waits for the processes that sell the same, when there are any. A batch that is gathered before would wait for their
   * rows and grow no more, so that of two processes each would make groups of half the size, at the price of whole ones.
   *
   * @returns `undefined` when nobody else has sold the same lately, or no turn could be had. For some batches after a
   * turn that was waited for in vain, none is.
   */
  async takeTurn(): Promise<ScriptTurn | undefined> {
    if (!this.neighbours.areSelling || this.aboutTurns.isDue()) return undefined;
    try {
      const turn = await this.scripts.takeTurn();
      if (turn) this.aboutTurns.relax();
      else this.aboutTurns.raise();
      return turn;
    } catch {
      // The batch meets what is wrong itself, and says so.
      return undefined;
    }
  }

  /**
   * One transaction for all of `sales`, which confirms each. No two of them have the same key.
   *
   * @param turn which is given back when this returns
   * @returns once it is committed; `undefined` when the batch had better be looked at, and nothing was done
   * @throws the database's error, with nothing sold; after a lost connection, with nobody knowing
   */
  async commit(sales: readonly PendingSale[], turn?: ScriptTurn): Promise<SaleDecision[] | undefined> {
    const takes = this.takesOf(sales);
    if (!takes) {
      await turn?.end();
      return undefined;
    }
    // eslint-disable-next-line no-restricted-syntax -- a sale's own time: no trip more, and nobody waits by it
    const at = new Date();
    const made = sales.map((asked): MadeSale => {
      const lines = asked.lines.map(({ sku, quantity }) => ({
        sku,
        quantity,
        unitPriceKrw: takes.get(sku)!.priceKrw,
      }));
      return { asked, sale: confirmedSale(asked, lines, at) };
    });
    const taken = [...takes.values()];
    const results = await (turn ?? this.scripts).run(saleScript(made, taken, at));
    for (const { sku, quantity } of taken) this.seen.take(sku, quantity);
    this.neighbours.note(taken.at(-1)!, unitsLeft(results));
    return made.map(({ sale }) => ({ kind: 'CONFIRMED', sale, replayed: false }));
  }

  /** What the batch takes of each SKU, in SKU order; `undefined` when some of it is not known to be there. */
  private takesOf(sales: readonly PendingSale[]): Map<string, Take> | undefined {
    if (!this.scripts.isAvailable) return undefined;
    const takes = new Map<string, Take>();
    for (const sku of skusOf(sales)) {
      const seen = this.seen.get(sku);
      if (!seen) return undefined;
      takes.set(sku, { movementId: uuidv7(), sku, quantity: 0, ...seen });
    }
    for (const { lines } of sales) {
      for (const { sku, quantity } of lines) {
        const take = takes.get(sku)!;
        take.quantity += quantity;
        if (quantity > take.maxPerSale || take.quantity > take.freeUnits) return undefined;
      }
    }
    return takes;
  }
}
