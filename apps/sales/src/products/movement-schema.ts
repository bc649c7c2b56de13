import { CORRECTED_REASONS, STOCK_MOVEMENT_REASONS, type StockMovement } from '#inventory';
import Type, { type Static } from 'typebox';
import { Id, NextCursor, nullable, pageQuery, Time, timeRangeQuery } from '../identifiers-schema.js';

const reason = Type.Enum([...STOCK_MOVEMENT_REASONS], { examples: ['ADJUSTMENT'] });

const Movement = Type.Object(
  {
    id: Id,
    reason,
    delta: Type.Integer({ description: 'units added, or taken when negative', examples: [10] }),
    onHand: Type.Integer({ description: 'units after it', examples: [110] }),
    note: nullable(
      Type.String({ description: 'why, of an adjustment', examples: ['found behind the shelf'] }),
    ),
    reference: nullable(
      Type.String({
        description:
          'of goods their receipt; of sales the first one of those that were sold together; of sales from the waitlist an id of those that were filled together; of a return the sale; of a repair of the books its entry in the audit',
        examples: [null],
      }),
    ),
    operator: nullable(
      Type.String({ description: 'who adjusted: the name of the API key', examples: ['kim'] }),
    ),
    corrects: Type.Unsafe<(typeof CORRECTED_REASONS)[number] | null>({
      type: ['string', 'null'],
      enum: [...CORRECTED_REASONS, null],
      description: 'of a repair of the books: the reason for which its units count',
      examples: [null],
    }),
    createdAt: Time,
  },
  { title: 'Movement' },
);

export const MovementPage = Type.Object(
  { items: Type.Array(Movement), nextCursor: NextCursor },
  { title: 'MovementPage' },
);

export const MovementQuery = Type.Object(
  { ...pageQuery(Id), ...timeRangeQuery('moved'), reason: Type.Optional(reason) },
  { additionalProperties: false },
);
export type MovementQuery = Static<typeof MovementQuery>;

export function movementView({ reference, balanceAfter, auditEntryId, ...movement }: StockMovement) {
  const { id, reason, delta, operator, corrects, createdAt } = movement;
  const isByHand = reason === 'ADJUSTMENT';
  return {
    ...{ id, reason, delta, onHand: balanceAfter, operator, corrects, createdAt },
    note: isByHand ? reference : null,
    reference: isByHand ? auditEntryId : reference,
  };
}
