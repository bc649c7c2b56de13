import { type DeadLetter as Entity } from '#inventory';
import { QUEUE_NAMES } from '#queues';
import Type, { type Static } from 'typebox';
import { Id, NextCursor, NullableTime, pageQuery, Time } from '../identifiers-schema.js';

const status = Type.Enum(['OPEN', 'REDRIVEN', 'DISCARDED']);

const deadLetter = {
  id: Id,
  queue: Type.String(),
  messageId: Type.String(),
  cause: Type.Object({ code: Type.String(), detail: Type.String() }),
  status,
  openedAt: Time,
  resolvedAt: NullableTime,
  resolvedBy: Type.Union([Type.String(), Type.Null()]),
  resolutionNote: Type.Union([Type.String(), Type.Null()]),
};

export const DeadLetterSummary = Type.Object(deadLetter, { title: 'DeadLetterSummary' });

export const DeadLetter = Type.Object(
  {
    ...deadLetter,
    body: Type.String({ description: 'the message as it came' }),
    attributes: Type.Record(Type.String(), Type.String()),
    attempts: Type.Array(
      Type.Object({
        receiveCount: Type.Integer(),
        code: Type.String(),
        detail: Type.String(),
        failedAt: Time,
      }),
    ),
  },
  { title: 'DeadLetter' },
);

export const DeadLetterPage = Type.Object({ items: Type.Array(DeadLetterSummary), nextCursor: NextCursor });

export const DeadLetterQuery = Type.Object(
  {
    ...pageQuery(Id),
    status: Type.Optional(status),
    queue: Type.Optional(Type.Enum([...QUEUE_NAMES])),
  },
  { additionalProperties: false },
);
export type DeadLetterQuery = Static<typeof DeadLetterQuery>;

export function deadLetterView({ causeCode, causeDetail, ...letter }: Entity) {
  return { ...letter, cause: { code: causeCode, detail: causeDetail } };
}
