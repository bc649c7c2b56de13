import { type DeadLetter as Entity } from '#inventory';
import { QUEUE_NAMES } from '#queues';
import Type, { type Static } from 'typebox';
import {
  EXAMPLE_ID,
  Id,
  NextCursor,
  nullable,
  NullableTime,
  pageQuery,
  Time,
  timeRangeQuery,
} from '../identifiers-schema.js';

const status = Type.Enum(['OPEN', 'REDRIVEN', 'DISCARDED']);

const deadLetter = {
  id: Id,
  queue: Type.String({ examples: ['restock'] }),
  messageId: Type.String({ examples: [EXAMPLE_ID] }),
  cause: Type.Object({
    code: Type.String({ description: 'see docs/errors.md', examples: ['FACTORY.REFUSED'] }),
    detail: Type.String({ examples: ['the factory answered 422'] }),
  }),
  status,
  openedAt: Time,
  resolvedAt: { ...NullableTime, examples: [null] },
  resolvedBy: nullable(Type.String({ examples: [null] })),
  resolutionNote: nullable(Type.String({ examples: [null] })),
};

export const DeadLetterSummary = Type.Object(deadLetter, { title: 'DeadLetterSummary' });

export const DeadLetter = Type.Object(
  {
    ...deadLetter,
    body: Type.String({
      description: 'the message as it came',
      examples: [`{"restockOrderId":"${EXAMPLE_ID}"}`],
    }),
    attributes: Type.Record(Type.String(), Type.String(), {
      description: 'of the message',
      examples: [{ traceId: 'checkout-42' }],
    }),
    attempts: Type.Array(
      Type.Object({
        receiveCount: Type.Integer({ examples: [1] }),
        code: Type.String({ examples: ['FACTORY.REFUSED'] }),
        detail: Type.String({ examples: ['the factory answered 422'] }),
        failedAt: Time,
      }),
    ),
  },
  { title: 'DeadLetter' },
);

export const DeadLetterPage = Type.Object(
  { items: Type.Array(DeadLetterSummary), nextCursor: NextCursor },
  { title: 'DeadLetterPage' },
);

export const DeadLetterQuery = Type.Object(
  {
    ...pageQuery(Id),
    ...timeRangeQuery('opened'),
    status: Type.Optional(status),
    queue: Type.Optional(Type.Enum([...QUEUE_NAMES], { examples: ['restock'] })),
  },
  { additionalProperties: false },
);
export type DeadLetterQuery = Static<typeof DeadLetterQuery>;

export function deadLetterView({ causeCode, causeDetail, ...letter }: Entity) {
  return { ...letter, cause: { code: causeCode, detail: causeDetail } };
}
