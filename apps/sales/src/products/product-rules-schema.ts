import { type Product, PRODUCT_STATUSES } from '#inventory';
import Type, { type Static } from 'typebox';
import { nullable, Time } from '../identifiers-schema.js';
import { timeOf } from '../http/time-range.js';
import { ApiError } from '../problem/problem.js';
import { EmailAddress, visibleText } from '../text-schema.js';

/** Both databases keep these times. */
const FIRST_TIME = new Date('2000-01-01T00:00:00Z');
const END_OF_TIMES = new Date('9999-12-31T00:00:00Z');

/** The rules that buyers see. */
export const publicRules = {
  name: visibleText({
    maxLength: 200,
    description: 'without hidden characters: it stands in the subjects of mails',
    examples: ['도넛'],
  }),
  priceKrw: Type.Integer({
    minimum: 0,
    maximum: 100_000_000,
    description: '0 for a gift',
    examples: [19_900],
  }),
  maxPerSale: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    description: 'may exceed `targetLevel`; what no restock order could ever fill is refused all the same',
    examples: [50],
  }),
};

export const internalRules = {
  factoryId: Type.String({ minLength: 1, maxLength: 32, examples: ['FF-500293'] }),
  reorderPoint: Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    description: 'stock at which a restock order is due; below `targetLevel`',
    examples: [20],
  }),
  targetLevel: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    description: 'what a restock order fills the stock up to; above `reorderPoint`',
    examples: [100],
  }),
  lotSize: Type.Integer({
    minimum: 1,
    maximum: 100_000,
    description: 'the factory makes whole lots only; a lot may exceed `targetLevel`',
    examples: [10],
  }),
  adManagerEmail: EmailAddress,
};

/** Rules that buyers see, and that PUT may leave out: see {@link savedRules}. */
export const publicOptions = {
  status: Type.Enum([...PRODUCT_STATUSES], {
    description:
      '`NOT_REORDERED` sells what is left and is not ordered; `DISCONTINUED` is neither sold nor ordered; PUT without it: `ACTIVE`',
    examples: ['ACTIVE'],
  }),
  salesFrom: nullable({
    ...Time,
    examples: ['2026-01-01T03:00:00.000Z'],
    description: 'sold from then on, by the clock of the database; null: at any time',
  }),
  salesUntil: nullable({
    ...Time,
    examples: ['2099-01-01T03:00:00.000Z'],
    description: 'sold before then; after `salesFrom`; null: without an end',
  }),
  maxPerCustomer: nullable(
    Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description: 'the most units that one customer may buy in a window; null: any number',
      examples: [4],
    }),
  ),
  customerWindowSeconds: nullable(
    Type.Integer({
      minimum: 1,
      maximum: 315_360_000,
      description: 'the window of `maxPerCustomer`, from the first purchase of a customer on; null: for ever',
      examples: [86_400],
    }),
  ),
};

export const internalOptions = {
  maxRefusedDemand: nullable(
    Type.Integer({
      minimum: 0,
      maximum: 10_000_000,
      description: 'the most refused units that size the next restock order; null: ten times `targetLevel`',
      examples: [500],
    }),
  ),
};

export const rules = { ...publicRules, ...internalRules };

export const options = { ...publicOptions, ...internalOptions };

/** A product without the rules that PUT may leave out, or with some of them. */
type GivenRules = Static<ReturnType<typeof Type.Object<typeof rules>>> &
  Partial<Static<ReturnType<typeof Type.Object<typeof options>>>>;

/** The rules of a product, always in the same order. */
export function rulesOf(product: Product): Omit<Product, 'sku'> {
  const { name, priceKrw, maxPerSale, factoryId, reorderPoint, targetLevel, lotSize, adManagerEmail } =
    product;
  return {
    ...{ name, priceKrw, maxPerSale, factoryId, reorderPoint, targetLevel, lotSize, adManagerEmail },
    ...optionsOf(product),
  };
}

/** The rules that PUT writes: those that it leaves out are as if the product had none. */
export function savedRules(given: GivenRules): Omit<Product, 'sku'> {
  const { name, priceKrw, maxPerSale, factoryId, reorderPoint, targetLevel, lotSize, adManagerEmail } = given;
  const { status = 'ACTIVE', maxRefusedDemand = null } = given;
  const { maxPerCustomer = null, customerWindowSeconds = null } = given;
  const { salesFrom = null, salesUntil = null } = ruleTimes(given);
  return {
    ...{ name, priceKrw, maxPerSale, factoryId, reorderPoint, targetLevel, lotSize, adManagerEmail },
    ...{ status, salesFrom, salesUntil, maxPerCustomer, customerWindowSeconds, maxRefusedDemand },
  };
}

/** The rules that PATCH changes. */
export function changedRules({ salesFrom, salesUntil, ...change }: Partial<GivenRules>): Partial<Product> {
  return { ...change, ...ruleTimes({ salesFrom, salesUntil }) };
}

/**
 * The times of a body, of those that it has.
 *
 * @throws ApiError `REQUEST.REFUSED`
 */
function ruleTimes(given: Partial<Pick<GivenRules, 'salesFrom' | 'salesUntil'>>) {
  const times: Partial<Pick<Product, 'salesFrom' | 'salesUntil'>> = {};
  for (const name of ['salesFrom', 'salesUntil'] as const) {
    const text = given[name];
    if (text !== undefined) times[name] = text === null ? null : ruleTime(`body/${name}`, text);
  }
  return times;
}

function ruleTime(at: string, text: string): Date {
  const time = timeOf(at, text);
  if (time >= FIRST_TIME && time < END_OF_TIMES) return time;
  throw new ApiError('REQUEST.REFUSED', {
    en: `${at} must be from 2000 to 9999.`,
    ko: `${at}은(는) 2000년부터 9999년까지의 시각이어야 합니다.`,
  });
}

/** The rules that buyers see, beside those that every product has. */
export function shownOptions(product: Product) {
  const { status, salesFrom, salesUntil, maxPerCustomer, customerWindowSeconds } = product;
  const [from, until] = [salesFrom, salesUntil].map((time) => time?.toISOString() ?? null);
  return { status, salesFrom: from!, salesUntil: until!, maxPerCustomer, customerWindowSeconds };
}

function optionsOf(product: Product) {
  const { status, salesFrom, salesUntil, maxPerCustomer, customerWindowSeconds, maxRefusedDemand } = product;
  return { status, salesFrom, salesUntil, maxPerCustomer, customerWindowSeconds, maxRefusedDemand };
}
