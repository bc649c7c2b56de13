import { type Product, PRODUCT_STATUSES } from '#inventory';
import Type, { type Static } from 'typebox';
import { nullable } from '../identifiers-schema.js';
import { EmailAddress, visibleText } from '../text-schema.js';

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
  return {
    ...{ name, priceKrw, maxPerSale, factoryId, reorderPoint, targetLevel, lotSize, adManagerEmail },
    ...{ status, maxRefusedDemand },
  };
}

/** The rules that buyers see, beside those that every product has. */
export function publicOptionsOf({ status }: Product) {
  return { status };
}

function optionsOf(product: Product) {
  return { ...publicOptionsOf(product), maxRefusedDemand: product.maxRefusedDemand };
}
