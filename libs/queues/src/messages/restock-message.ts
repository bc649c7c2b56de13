import Type, { type Static } from 'typebox';

/** Asks the worker to order a restock order's goods from the factory. */
export const RestockMessage = Type.Object(
  { restockOrderId: Type.String({ format: 'uuid' }) },
  { additionalProperties: false },
);
export type RestockMessage = Static<typeof RestockMessage>;
