import Type, { type TString } from 'typebox';

export const Sku = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
  description: 'identifies a product',
  examples: ['CP-502101'],
});

export const Id = Type.String({ format: 'uuid' });

export const IdParameter = Type.Object({ id: Id });

export const SkuParameter = Type.Object({ sku: Sku });

/** A point in time, RFC 3339 in UTC. */
export const Time = Type.String({ format: 'date-time' });

export const NullableTime = Type.Union([Time, Type.Null()]);

/** How a list is read page by page. `cursor` is what the list is in order of. */
export const pageQuery = (cursor: TString) => ({
  cursor: Type.Optional({ ...cursor, description: '`nextCursor` of the page before' }),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
});

export const NextCursor = Type.Union([Type.String(), Type.Null()], { description: 'null on the last page' });
