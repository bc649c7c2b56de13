import { DatabaseEnvironment, DEFAULT_BATCH_LIMITS, WebhookEnvironment } from '#inventory';
import { HttpEnvironment, LoggerEnvironment, ModeEnvironment, refuseWeakKeys } from '#runtime';
import Type, { type Static } from 'typebox';
import { areOrigins } from './http/cors.js';
import { trustedProxiesFault } from './trusted-proxies.js';

const variables = Type.Object({
  ...ModeEnvironment.properties,
  ...DatabaseEnvironment.properties,
  ...LoggerEnvironment.properties,
  ...HttpEnvironment.properties,
  ...WebhookEnvironment.properties,
  HOST: Type.String({
    default: '127.0.0.1',
    description: 'the address to listen on; 0.0.0.0 in a container',
  }),
  SALES_PORT: Type.Integer({
    default: 3000,
    minimum: 1,
    maximum: 65535,
    description: 'the port to listen on',
  }),
  ADMIN_PORT: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 65535,
      description: 'a port of their own for metrics and docs, which the other then does not have',
    }),
  ),
  DRAIN_DELAY_MS: Type.Integer({
    default: 5_000,
    minimum: 0,
    description: 'how long readiness fails before the sockets close',
  }),
  OPERATIONS_API_KEY: Type.String({ minLength: 16, description: 'opens the operations routes (X-Api-Key)' }),
  CALLBACK_SIGNING_KEY: Type.String({ minLength: 32, description: 'signs the callbacks of the factory' }),
  CALLBACK_SIGNING_KEY_PREVIOUS: Type.Optional(
    Type.String({
      minLength: 32,
      description: 'a second key whose callbacks are believed, while the signing key is replaced',
    }),
  ),
  SALE_TOKEN_KEY: Type.String({
    minLength: 32,
    description: 'makes the tokens by which buyers see and change their sales',
  }),
  SALE_TOKEN_KEY_PREVIOUS: Type.Optional(
    Type.String({
      minLength: 32,
      description: 'a second key whose tokens are believed, while the token key is replaced',
    }),
  ),
  CUSTOMER_SIGNING_KEY: Type.Optional(
    Type.String({
      minLength: 32,
      description:
        "verifies the tokens of customers, which the shop's back end signs; without it none are taken",
    }),
  ),
  AWS_REGION: Type.String({ default: 'ap-northeast-2', description: 'the region of the queues' }),
  QUEUE_URL_PREFIX: Type.String({
    pattern: '^https?://.+',
    description: 'a queue has this and its name as its URL',
  }),
  SALE_BATCH_SIZE: Type.Integer({
    default: DEFAULT_BATCH_LIMITS.batchSize,
    minimum: 1,
    // A sale has up to 50 lines, and a batch of this size still fits into one packet of MySQL's default size.
    maximum: 5_000,
    description: 'the most sales that one transaction commits',
  }),
  SALE_WAIT_LIMIT_MS: Type.Integer({
    default: DEFAULT_BATCH_LIMITS.waitMs,
    minimum: 100,
    maximum: 30_000,
    description: 'how long a sale may wait for its transaction before it is turned away',
  }),
  REQUEST_LOG: Type.Enum(['none', 'failures', 'all'], {
    default: 'failures',
    description: 'which requests get a line in the log: none, those that failed or were slow, or all',
  }),
  RATE_LIMIT_PER_MINUTE: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 1_000_000,
    description: 'requests for a sale that a client may send in a minute; 0: any number',
  }),
  WRONG_KEYS_PER_MINUTE: Type.Integer({
    default: 30,
    minimum: 1,
    maximum: 1_000_000,
    description: 'wrong operations keys that an address may send in a minute',
  }),
  TRUSTED_PROXIES: Type.Optional(
    Type.Refine(
      Type.String({
        description: 'whose X-Forwarded-For is believed: addresses and networks, with commas between',
      }),
      (list) => trustedProxiesFault(list) === undefined,
      (list) => trustedProxiesFault(list)!,
    ),
  ),
  CORS_ORIGINS: Type.Optional(
    Type.Refine(
      Type.String({
        description: 'whose scripts may call the API from a browser: origins, with commas between',
      }),
      areOrigins,
      () => 'is no list of origins such as https://shop.example.com',
    ),
  ),
});

const withPorts: typeof variables = Type.Refine(
  variables,
  // Also runs when a variable is missing, or is not a number.
  ({ ADMIN_PORT, SALES_PORT }: { ADMIN_PORT?: unknown; SALES_PORT?: unknown }) =>
    ADMIN_PORT === undefined || Number(ADMIN_PORT) !== Number(SALES_PORT),
  () => 'ADMIN_PORT must be another port than SALES_PORT',
);

export const SalesEnvironment = refuseWeakKeys(withPorts, [
  'OPERATIONS_API_KEY',
  'CALLBACK_SIGNING_KEY',
  'CALLBACK_SIGNING_KEY_PREVIOUS',
  'SALE_TOKEN_KEY',
  'SALE_TOKEN_KEY_PREVIOUS',
  'CUSTOMER_SIGNING_KEY',
]);

export type SalesEnvironment = Static<typeof SalesEnvironment>;

/** Injection token of the environment, read once at boot. */
export const SALES_ENVIRONMENT = Symbol('SALES_ENVIRONMENT');
