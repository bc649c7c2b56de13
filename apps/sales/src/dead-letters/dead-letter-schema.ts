import { type DeadLetter as Entity, type DeadLetterGroup as Group, type DeadLetterSubject } from '#inventory';
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
  about: Type.Object(
    {
      restockOrderId: nullable(Type.String({ examples: [EXAMPLE_ID] })),
      sku: nullable(Type.String({ examples: ['CP-502101'] })),
      productName: nullable(Type.String({ examples: ['도넛'] })),
      factoryId: nullable(Type.String({ examples: ['FF-500293'] })),
      refusedUnits: nullable(
        Type.Integer({
          description: 'that buyers asked for in vain since the last restock order',
          examples: [3],
        }),
      ),
    },
    { description: 'what the message is about, as far as it says' },
  ),
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
    cause: Type.Optional(
      Type.String({ maxLength: 64, pattern: '^[A-Za-z][A-Za-z_.]*$', examples: ['FACTORY.REFUSED'] }),
    ),
  },
  { additionalProperties: false },
);
export type DeadLetterQuery = Static<typeof DeadLetterQuery>;

export const DeadLetterGroups = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        queue: Type.String({ examples: ['restock'] }),
        cause: Type.String({ description: 'see docs/errors.md', examples: ['FACTORY.REFUSED'] }),
        letters: Type.Integer({ examples: [31] }),
        lettersInLastHour: Type.Integer({ description: 'more come as long as it is not 0', examples: [31] }),
        firstOpenedAt: Time,
        lastOpenedAt: Time,
      }),
    ),
  },
  { title: 'DeadLetterGroups' },
);

export const DeadLetterGroupQuery = Type.Object(
  { status: Type.Enum(['OPEN', 'REDRIVEN', 'DISCARDED'], { default: 'OPEN' }) },
  { additionalProperties: false },
);
export type DeadLetterGroupQuery = Static<typeof DeadLetterGroupQuery>;

export function deadLetterView({ causeCode, causeDetail, ...letter }: Entity, about: DeadLetterSubject) {
  return { ...letter, cause: { code: causeCode, detail: causeDetail }, about };
}

export function deadLetterGroupView({ causeCode, ...group }: Group) {
  return { ...group, cause: causeCode };
}
