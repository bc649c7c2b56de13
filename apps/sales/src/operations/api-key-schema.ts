import { type ApiKey as Entity, ROLES } from '#inventory';
import Type, { type Static } from 'typebox';
import { Id, NextCursor, NullableTime, pageQuery, Time } from '../identifiers-schema.js';

const Name = Type.String({
  maxLength: 64,
  pattern: '^[a-z0-9][a-z0-9._@-]*$',
  description: 'whose it is. The audit names it, and no other key ever has it',
  examples: ['kim'],
});

const OperatorRole = Type.Enum([...ROLES], {
  description:
    'viewer: reads. operator: decides on dead letters, orders and stock as well. admin: also products, factories, webhooks and keys',
  examples: ['operator'],
});

export const ApiKey = Type.Object(
  {
    id: Id,
    name: Name,
    role: OperatorRole,
    status: Type.Enum(['VALID', 'REVOKED'], { examples: ['VALID'] }),
    createdAt: Time,
    createdBy: Type.String({ examples: ['operations'] }),
    lastUsedAt: { ...NullableTime, description: 'to the minute' },
    previousValidUntil: {
      ...NullableTime,
      description: 'until when the key before the last rotation is valid as well',
      examples: [null],
    },
    revokedAt: { ...NullableTime, examples: [null] },
  },
  { title: 'ApiKey' },
);

export const ApiKeyWithSecret = Type.Object({
  ...ApiKey.properties,
  key: Type.String({
    description: 'for `X-Api-Key`. It is shown this once, and not stored',
    examples: ['donut_Zk1c0vZ0v1o9QmS3yq6pWm4oWn1m2bH8c3jU5xL7aKE'],
  }),
});

export const ApiKeyPage = Type.Object(
  { items: Type.Array(ApiKey), nextCursor: NextCursor },
  { title: 'ApiKeyPage' },
);

export const ApiKeyQuery = Type.Object(pageQuery(Name), { additionalProperties: false });
export type ApiKeyQuery = Static<typeof ApiKeyQuery>;

export const AddApiKey = Type.Object(
  { name: Name, role: OperatorRole },
  { additionalProperties: false, title: 'AddApiKey' },
);
export type AddApiKey = Static<typeof AddApiKey>;

export const RotateApiKey = Type.Union([
  Type.Object(
    {
      overlapSeconds: Type.Integer({
        minimum: 0,
        maximum: 2_592_000,
        default: 86_400,
        description: 'how long the key before is valid as well',
      }),
    },
    { additionalProperties: false, title: 'RotateApiKey' },
  ),
  Type.Null({ description: 'no body' }),
]);
export type RotateApiKey = Static<typeof RotateApiKey>;

export const Operator = Type.Object(
  { name: Type.String({ examples: ['kim'] }), role: OperatorRole },
  { title: 'Operator' },
);

export function apiKeyView(key: Entity): Static<typeof ApiKey> {
  const iso = (time: Date | null) => time && time.toISOString();
  return {
    id: key.id,
    name: key.name,
    role: key.role,
    status: key.revokedAt ? 'REVOKED' : 'VALID',
    createdAt: key.createdAt.toISOString(),
    createdBy: key.createdBy,
    lastUsedAt: iso(key.lastUsedAt),
    previousValidUntil: iso(key.previousUntil),
    revokedAt: iso(key.revokedAt),
  };
}
