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
  Sku,
  Time,
  timeRangeQuery,
} from '../identifiers-schema.js';
import { withTimes } from '../http/time-range.js';
import { resolutionMembers } from '../operations/resolution-schema.js';
import { visibleText } from '../text-schema.js';

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
  copies: Type.Integer({
    description: 'messages that failed at the same thing, the first one among them',
    examples: [1],
  }),
  lastCopyAt: { ...NullableTime, examples: [null] },
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
    editedBody: Type.Unsafe<Record<string, unknown> | null>({
      type: ['object', 'null'],
      additionalProperties: true,
      description: 'what was sent in its place, where an operator edited it',
      examples: [null],
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

const Cause = Type.String({ maxLength: 64, pattern: '^[A-Za-z][A-Za-z_.]*$', examples: ['FACTORY.REFUSED'] });

/** Which letters. */
export const deadLetterFilter = {
  ...timeRangeQuery('opened'),
  queue: Type.Optional(Type.Enum([...QUEUE_NAMES], { examples: ['restock'] })),
  cause: Type.Optional(Cause),
  sku: Type.Optional(Sku),
  factoryId: Type.Optional(Type.String({ minLength: 1, maxLength: 64, examples: ['FF-500293'] })),
  text: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 200,
      description: "a part of the body or of the cause's detail, in the case that it has there",
      examples: ['4'],
    }),
  ),
};

export const DeadLetterQuery = Type.Object(
  { ...pageQuery(Id), ...deadLetterFilter, status: Type.Optional(status) },
  { additionalProperties: false },
);
export type DeadLetterQuery = Static<typeof DeadLetterQuery>;

const group = {
  queue: Type.String({ examples: ['restock'] }),
  cause: Type.String({ description: 'see docs/errors.md', examples: ['FACTORY.REFUSED'] }),
};

const GroupProduct = Type.Object({
  sku: Type.String({ examples: ['CP-502101'] }),
  productName: nullable(Type.String({ examples: ['도넛'] })),
  letters: Type.Integer({ examples: [31] }),
  refusedUnits: nullable(
    Type.Integer({
      description: 'that buyers asked for in vain since the last restock order',
      examples: [3],
    }),
  ),
});

export const DeadLetterGroups = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        ...group,
        letters: Type.Integer({ examples: [31] }),
        copies: Type.Integer({ description: 'messages of these letters', examples: [31] }),
        lettersInLastHour: Type.Integer({
          description: 'more come as long as it is not 0',
          examples: [31],
        }),
        firstOpenedAt: Time,
        lastOpenedAt: Time,
        restockOrders: Type.Integer({ description: 'distinct ones', examples: [31] }),
        skus: Type.Integer({ description: 'distinct ones', examples: [1] }),
        products: Type.Array(GroupProduct, { description: 'the five with the most letters' }),
        refusedUnits: Type.Integer({ description: 'of all these products', examples: [3] }),
        mutedUntil: {
          ...NullableTime,
          description: 'no mail tells of further letters until then',
          examples: [null],
        },
      }),
    ),
  },
  { title: 'DeadLetterGroups' },
);

export const DeadLetterGroupQuery = Type.Object(
  { ...deadLetterFilter, status: Type.Enum(['OPEN', 'REDRIVEN', 'DISCARDED'], { default: 'OPEN' }) },
  { additionalProperties: false },
);
export type DeadLetterGroupQuery = Static<typeof DeadLetterGroupQuery>;

export const MuteGroup = Type.Object(
  {
    queue: Type.Enum([...QUEUE_NAMES], { examples: ['restock'] }),
    cause: Cause,
    mutedUntil: {
      ...NullableTime,
      description: 'at most 30 days from now; null ends it',
      examples: ['2026-12-01T03:00:00.000Z'],
    },
    note: Type.Optional(nullable(visibleText({ maxLength: 400, examples: ['the factory mends it'] }))),
  },
  { additionalProperties: false, title: 'MuteGroup' },
);
export type MuteGroup = Static<typeof MuteGroup>;

export const MutedGroup = Type.Object(
  { ...group, mutedUntil: { ...NullableTime, examples: ['2026-12-01T03:00:00.000Z'] } },
  { title: 'MutedGroup' },
);

export const RedriveResolution = Type.Union([
  Type.Object(
    {
      ...resolutionMembers,
      message: Type.Optional(
        Type.Record(Type.String(), Type.Unknown(), {
          description:
            'to be sent in place of the message, by the contract of the queue. The original is kept',
          examples: [{ restockOrderId: EXAMPLE_ID }],
        }),
      ),
    },
    { additionalProperties: false, title: 'Redrive' },
  ),
  Type.Null({ description: 'no body' }),
]);
export type RedriveResolution = Static<typeof RedriveResolution>;

export function deadLetterView({ causeCode, causeDetail, ...letter }: Entity, about: DeadLetterSubject) {
  return { ...letter, cause: { code: causeCode, detail: causeDetail }, about };
}

export function deadLetterGroupView({ causeCode, ...group }: Group) {
  return { ...group, cause: causeCode };
}

/** The filter of a query, and whatever else that has. */
export function filterOf<Query extends { cause?: string; since?: string; until?: string }>(
  query: Query,
  part: 'querystring' | 'body' = 'querystring',
) {
  const { cause: causeCode, ...rest } = withTimes(query, part);
  return { ...rest, causeCode };
}
