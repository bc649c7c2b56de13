import { DeadLetter } from '#inventory';
import { randomUUID } from 'node:crypto';
import { type DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { HUNDRED_SKUS } from '../scenarios.js';

const LETTERS_A_STATEMENT = 500;

/** Of the letters, in turn. */
export const CAUSES = ['FACTORY.REFUSED', 'FACTORY.TIMEOUT', 'HANDLER.TIMEOUT', 'HANDLER.DIED'];

/** Opens `count` dead letters of the hundred SKUs and some causes, each about another thing, one a second until now. */
export async function storeLetters(dataSource: DataSource, count: number): Promise<void> {
  const firstMs = Date.now() - count * 1_000;
  for (let first = 0; first < count; first += LETTERS_A_STATEMENT) {
    const length = Math.min(LETTERS_A_STATEMENT, count - first);
    await dataSource.manager.insert(
      DeadLetter,
      Array.from({ length }, (_, index) => letter(first + index, firstMs)),
    );
  }
}

function letter(n: number, firstMs: number) {
  const causeCode = CAUSES[n % CAUSES.length]!;
  const sku = HUNDRED_SKUS[Math.floor(n / CAUSES.length) % HUNDRED_SKUS.length]!;
  return {
    id: uuidv7({ msecs: firstMs + n * 1_000 }),
    queue: 'restock',
    messageId: randomUUID(),
    body: JSON.stringify({ restockOrderId: uuidv7() }),
    attributes: {},
    causeCode,
    causeDetail: `the factory answered 500 to attempt ${n}`,
    attempts: [],
    status: 'OPEN' as const,
    openedAt: new Date(firstMs + n * 1_000),
    sku,
    failingThing: `${causeCode} ${n}`,
    openKey: `${causeCode} ${n}`,
  };
}
