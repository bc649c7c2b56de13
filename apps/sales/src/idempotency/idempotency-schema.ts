import { type ApiErrorCode } from '../problem/error-catalogue.js';
import Type, { type Static } from 'typebox';

const VISIBLE_ASCII = '^[\\x21-\\x7e]+$';

/** A key, or the name of a client. */
export const KeyText = Type.String({ minLength: 1, maxLength: 255, pattern: VISIBLE_ASCII });

/** For the `headers` of a route that takes an idempotency key. @param description what the key means there */
export const keyHeaders = (description: string) => ({
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: VISIBLE_ASCII,
      description,
      examples: ['5f0c3f0a-6d3e-4b5e-9c56-3f1f6f0c8a51'],
    }),
  ),
  'x-client-id': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: VISIBLE_ASCII,
      description: [
        'Visible ASCII. The name space of the idempotency key: clients with different ids may use the same key for',
        'different requests. Clients that send none share one name space. It prevents accidents, not attacks: nobody',
        'checks who sends which id.',
      ].join(' '),
      examples: ['web-shop'],
    }),
  ),
});

export const KeyHeaders = keyHeaders(
  [
    'Visible ASCII, best a random UUID for each write. The same key with the same method, path and body is one write: a',
    'repeat gets the first answer again, with `Idempotent-Replayed: true`. Another request under the key is refused with',
    '422 `REQUEST.KEY_REUSED`. A refused request does not use the key. A used key is kept for 7 days.',
  ].join(' '),
);

export const WriteHeaders = Type.Object(KeyHeaders);
export type WriteHeaders = Static<typeof WriteHeaders>;

/** With which every write of operators refuses. */
export const WRITE_REFUSALS = [
  'REQUEST.KEY_REUSED',
  'DATABASE.UNAVAILABLE',
] as const satisfies ApiErrorCode[];

export const ReplayedHeader = {
  'Idempotent-Replayed': {
    type: 'string',
    enum: ['true'],
    description: 'there when the idempotency key had this answer',
    examples: ['true'],
  },
};
