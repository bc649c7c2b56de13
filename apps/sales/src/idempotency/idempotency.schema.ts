import Type, { type Static } from 'typebox';

const VISIBLE_ASCII = '^[\\x21-\\x7e]+$';

/** For the `headers` of a route that writes. */
export const KeyHeaders = {
  'idempotency-key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: VISIBLE_ASCII,
      description: [
        'Visible ASCII, best a random UUID for each write. The same key with the same method, path and body is one write: a',
        'repeat gets the first answer again, with `Idempotent-Replayed: true`. Another request under the key is refused with',
        '422 `REQUEST.KEY_REUSED`. A refused request does not use the key. A used key is kept for 7 days.',
      ].join(' '),
    }),
  ),
  'x-client-id': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: VISIBLE_ASCII,
      description: 'visible ASCII; the name space of the idempotency key',
    }),
  ),
};

export const WriteHeaders = Type.Object(KeyHeaders);
export type WriteHeaders = Static<typeof WriteHeaders>;

export const ReplayedHeader = {
  'Idempotent-Replayed': { type: 'string', description: '`true` when the idempotency key had this answer' },
};
