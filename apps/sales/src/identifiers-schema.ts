import Type, { type Static, type TSchema, type TString } from 'typebox';

export const Sku = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
  description: 'identifies a product',
  examples: ['CP-502101'],
});

export const EXAMPLE_ID = '01990b7e-5c1d-7a52-9d0e-3f6f1c2a8b41';

/** In either case. The format alone would also take a URN, under which nothing is stored. */
export const Id = Type.String({
  format: 'uuid',
  pattern: '^[0-9a-fA-F-]{36}$',
  examples: [EXAMPLE_ID],
});

export const IdParameter = Type.Object({ id: Id });

export const SkuParameter = Type.Object({ sku: Sku });

/** A point in time, RFC 3339 in UTC. */
export const Time = Type.String({ format: 'date-time', examples: ['2026-12-01T03:00:00.000Z'] });

/** As two types of one schema: a union of schemas is tried one by one each time an answer is written. */
export function nullable<Schema extends TSchema & { type: string }>(schema: Schema) {
  return Type.Unsafe<Static<Schema> | null>({ ...schema, type: [schema.type, 'null'] });
}

export const NullableTime = nullable(Time);

/** How a list is read page by page. `cursor` is what the list is in order of. */
export const pageQuery = (cursor: TString) => ({
  cursor: Type.Optional({ ...cursor, description: '`nextCursor` of the page before' }),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'the most items of a page' }),
  order: Type.Optional(
    Type.Enum(['asc', 'desc'], { description: 'in place of the order that the list has by itself' }),
  ),
});

/** The part of a list in time. @param of what the time is of */
export const timeRangeQuery = (of: string) => ({
  since: Type.Optional({ ...Time, examples: ['2026-01-01T00:00:00Z'], description: `${of} then or later` }),
  until: Type.Optional({ ...Time, examples: ['2099-01-01T00:00:00Z'], description: `${of} before then` }),
});

export const NextCursor = nullable(
  Type.String({ description: '`cursor` of the next page; null on the last one', examples: [null] }),
);
