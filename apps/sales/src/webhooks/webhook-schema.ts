import { WEBHOOK_DELIVERY_STATUSES, WEBHOOK_EVENT_TYPES, type WebhookEndpoint as Endpoint } from '#inventory';
import Type, { type Static } from 'typebox';
import {
  Id,
  NextCursor,
  nullable,
  NullableTime,
  pageQuery,
  Time,
  timeRangeQuery,
} from '../identifiers-schema.js';
import { visibleText, WEB_URL_FORMAT } from '../text-schema.js';

const EXAMPLE_URL = 'https://shop.example.com/webhooks';

const eventType = Type.Enum([...WEBHOOK_EVENT_TYPES]);

const url = Type.String({
  format: WEB_URL_FORMAT,
  maxLength: 2_000,
  description: 'https, and at a public address, unless `WEBHOOK_PRIVATE_ADDRESSES` allows others',
  examples: [EXAMPLE_URL],
});

const eventTypes = Type.Array(eventType, {
  minItems: 1,
  maxItems: WEBHOOK_EVENT_TYPES.length,
  uniqueItems: true,
  description: 'what it is told of; all without it',
  examples: [['sale.confirmed']],
});

const description = nullable(visibleText({ maxLength: 200, examples: ['the shop'] }));

const status = Type.Enum(['ENABLED', 'DISABLED'], {
  description: 'what happens while it is disabled is not recorded for it; what was recorded before waits',
});

export const AddWebhookEndpoint = Type.Object(
  { url, eventTypes: Type.Optional(eventTypes), description: Type.Optional(description) },
  { additionalProperties: false, title: 'AddWebhookEndpoint' },
);
export type AddWebhookEndpoint = Static<typeof AddWebhookEndpoint>;

export const ChangeWebhookEndpoint = Type.Partial(Type.Object({ url, eventTypes, description, status }), {
  additionalProperties: false,
  title: 'ChangeWebhookEndpoint',
  description: 'the members to change, as they are to be',
  examples: [{ status: 'ENABLED' }],
});
export type ChangeWebhookEndpoint = Static<typeof ChangeWebhookEndpoint>;

const endpoint = {
  id: Id,
  url: Type.String({ examples: [EXAMPLE_URL] }),
  description: nullable(Type.String({ examples: ['the shop'] })),
  eventTypes: Type.Array(eventType),
  status,
  disabledReason: nullable(Type.String({ description: 'null where a person did it', examples: [null] })),
  awaySince: { ...NullableTime, description: 'no event has arrived since', examples: [null] },
  retryAt: { ...NullableTime, description: 'while it is away: when it is tried again', examples: [null] },
  previousSecretUntil: { ...NullableTime, description: 'until then two secrets sign', examples: [null] },
  createdAt: Time,
};

export const WebhookEndpoint = Type.Object(endpoint, { title: 'WebhookEndpoint' });

/** Shown once. */
export const WebhookEndpointWithSecret = Type.Object(
  {
    ...endpoint,
    secret: Type.String({
      description:
        'of the signatures; it is shown here alone, and to a repeat under the same `Idempotency-Key`',
      examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw0oqG0nU4nZQ='],
    }),
  },
  { title: 'WebhookEndpointWithSecret' },
);

export const WebhookEndpointPage = Type.Object(
  { items: Type.Array(WebhookEndpoint), nextCursor: NextCursor },
  { title: 'WebhookEndpointPage' },
);

export const WebhookEndpointQuery = Type.Object(pageQuery(Id), { additionalProperties: false });
export type WebhookEndpointQuery = Static<typeof WebhookEndpointQuery>;

const deliveryStatus = Type.Enum([...WEBHOOK_DELIVERY_STATUSES], { examples: ['DELIVERED'] });

const delivery = {
  id: Id,
  endpointId: Id,
  eventId: Type.String({ examples: ['sale_confirmed_01990b7e-5c1d-7a52-9d0e-3f6f1c2a8b41'] }),
  eventType,
  sequence: Type.Integer({ description: 'counts the events of the endpoint, without a gap', examples: [1] }),
  status: deliveryStatus,
  attempts: Type.Integer({ examples: [1] }),
  lastStatus: nullable(
    Type.Integer({ description: 'of the last answer; null without one', examples: [204] }),
  ),
  lastError: nullable(Type.String({ examples: [null] })),
  nextAttemptAt: {
    ...NullableTime,
    description: 'at the earliest; where the endpoint is away or disabled, that decides',
    examples: [null],
  },
  createdAt: Time,
  deliveredAt: NullableTime,
};

export const WebhookDeliverySummary = Type.Object(delivery, { title: 'WebhookDeliverySummary' });

export const WebhookDelivery = Type.Object(
  {
    ...delivery,
    body: Type.String({
      description: 'as it is sent',
      examples: ['{"id":"stock_sold_out_01990b7e","type":"stock.sold_out","sequence":1}'],
    }),
  },
  { title: 'WebhookDelivery' },
);

export const WebhookDeliveryPage = Type.Object(
  { items: Type.Array(WebhookDeliverySummary), nextCursor: NextCursor },
  { title: 'WebhookDeliveryPage' },
);

export const WebhookDeliveryQuery = Type.Object(
  {
    ...pageQuery(Id),
    ...timeRangeQuery('recorded'),
    endpointId: Type.Optional(Id),
    status: Type.Optional(deliveryStatus),
    eventType: Type.Optional(eventType),
  },
  { additionalProperties: false },
);
export type WebhookDeliveryQuery = Static<typeof WebhookDeliveryQuery>;

export function endpointView(found: Endpoint): Static<typeof WebhookEndpoint> {
  const { id, url, description, eventTypes, status, disabledReason } = found;
  const [awaySince, retryAt, previousSecretUntil, createdAt] = [
    found.awaySince,
    found.retryAt,
    found.previousSecretUntil,
    found.createdAt,
  ].map((time) => time?.toISOString() ?? null);
  return {
    ...{ id, url, description, eventTypes, status, disabledReason },
    ...{
      awaySince: awaySince!,
      retryAt: retryAt!,
      previousSecretUntil: previousSecretUntil!,
      createdAt: createdAt!,
    },
  };
}

export function endpointWithSecretView(found: Endpoint): Static<typeof WebhookEndpointWithSecret> {
  return { ...endpointView(found), secret: found.secret };
}
