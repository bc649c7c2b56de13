import Type, { type Static } from 'typebox';

/**
 * What the factory's callback said, put on the queue before anything is decided about it. So it may be late,
 * repeated, or wrong, and names what the caller named, which may not exist.
 */
export const GoodsReceiptMessage = Type.Object(
  {
    restockOrderId: Type.String({ minLength: 1, maxLength: 64 }),
    sku: Type.String(),
    /** Whole units. */
    quantity: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
    factoryId: Type.String(),
    /** SHA-256 in lower-case hex of what makes a delivery the same delivery: repeated callbacks have the same one. */
    deliveryFingerprint: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    verification: Type.Enum(['VALID', 'INVALID_SIGNATURE', 'EXPIRED']),
    receivedAt: Type.String({ format: 'date-time' }),
    /** The callback's body as it came, for the people who look into one that cannot be matched. */
    callback: Type.Record(Type.String(), Type.Unknown()),
  },
  { additionalProperties: false },
);
export type GoodsReceiptMessage = Static<typeof GoodsReceiptMessage>;
