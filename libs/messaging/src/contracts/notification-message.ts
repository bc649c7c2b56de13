import Type, { type Static } from 'typebox';

/** Asks the worker to send one mail: one per cause, so `notificationId` belongs to the cause. */
export const NotificationMessage = Type.Object(
  {
    notificationId: Type.String({ format: 'uuid' }),
    kind: Type.Enum(['DEAD_LETTER_OPENED', 'STOCK_RAN_OUT', 'RESTOCK_OVERDUE', 'GOODS_RECEIVED']),
    /** What the mail's text is made of, by name. */
    facts: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Null()]), {
      additionalProperties: false,
    }),
    audience: Type.Enum(['OPERATORS', 'FACTORY_MANAGER', 'AD_MANAGER']),
    /** The mail address, where the audience alone does not give it. */
    to: Type.Optional(Type.String({ minLength: 1, maxLength: 320 })),
  },
  { additionalProperties: false },
);
export type NotificationMessage = Static<typeof NotificationMessage>;
