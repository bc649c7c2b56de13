import { DatabaseEnvironment, isEmailAddress, WebhookEnvironment } from '#inventory';
import { HttpEnvironment, LoggerEnvironment, ModeEnvironment, refuseWeakKeys } from '#runtime';
import Type, { type Static } from 'typebox';
import { RetentionEnvironment } from './retention/environment.js';

const noEmailAddress = () => 'is no e-mail address that SES can send to';

const variables = Type.Object({
  ...ModeEnvironment.properties,
  ...DatabaseEnvironment.properties,
  ...LoggerEnvironment.properties,
  ...HttpEnvironment.properties,
  ...WebhookEnvironment.properties,
  ...RetentionEnvironment.properties,
  HOST: Type.String({
    default: '127.0.0.1',
    description: 'the address to listen on; 0.0.0.0 in a container',
  }),
  WORKER_PORT: Type.Integer({
    default: 3001,
    minimum: 1,
    maximum: 65535,
    description: 'the port of health and metrics',
  }),
  DRAIN_DELAY_MS: Type.Integer({
    default: 5_000,
    minimum: 0,
    description: 'how long readiness fails before the sockets close',
  }),
  AWS_REGION: Type.String({ default: 'ap-northeast-2', description: 'the region of queues and mail' }),
  QUEUE_URL_PREFIX: Type.String({
    pattern: '^https?://.+',
    description: 'a queue has this and its name as its URL',
  }),
  QUEUE_VISIBILITY_TIMEOUT_SECONDS: Type.Integer({
    default: 36,
    minimum: 15,
    maximum: 43_200,
    description: 'how long a received message is hidden from other workers',
  }),
  QUEUE_WAIT_SECONDS: Type.Integer({
    default: 5,
    minimum: 1,
    maximum: 20,
    description: 'how long one poll waits for a message',
  }),
  RETRY_FIRST_DELAY_SECONDS: Type.Integer({
    default: 10,
    minimum: 1,
    maximum: 600,
    description: 'when a failed message comes back for the first time; doubles from then on',
  }),
  RETRY_MAX_DELAY_SECONDS: Type.Integer({
    default: 600,
    minimum: 1,
    // Three of these must be shorter than the time after which a request for a restock order counts as lost.
    maximum: 600,
    description: 'the longest time after which a failed message comes back',
  }),
  OUTBOX_INTERVAL_MS: Type.Integer({
    default: 500,
    minimum: 10,
    description: 'the pause between two looks into the outbox',
  }),
  OVERDUE_INTERVAL_SECONDS: Type.Integer({
    default: 10,
    minimum: 1,
    description: 'the pause between two looks for goods that did not come',
  }),
  RECONCILE_INTERVAL_SECONDS: Type.Integer({
    default: 300,
    minimum: 5,
    description: 'the pause between two reconciliations for the metrics',
  }),
  RECONCILE_FULL_INTERVAL_SECONDS: Type.Integer({
    default: 86_400,
    minimum: 0,
    maximum: 2_592_000,
    description: 'the time between two of them that count everything, of all workers; 0: never',
  }),
  CALLBACK_BASE_URL: Type.String({
    pattern: '^https?://',
    description: 'where the factory reaches the sales service',
  }),
  CALLBACK_SIGNING_KEY: Type.String({ minLength: 32, description: 'signs the callbacks of the factory' }),
  CALLBACK_VALID_SECONDS: Type.Integer({
    default: 604_800,
    minimum: 1,
    description: 'how long a callback is believed; longer than the slowest delivery',
  }),
  FACTORY_TIMEOUT_MS: Type.Integer({
    default: 10_000,
    minimum: 100,
    maximum: 300_000,
    description: 'how long the factory may take to answer; at least 6 s below the visibility timeout',
  }),
  FACTORY_CONCURRENCY: Type.Integer({
    default: 2,
    minimum: 1,
    maximum: 10,
    description: 'requests to a factory at a time, of all workers (of each one where orders do not wait)',
  }),
  FACTORY_REQUESTS_PER_MINUTE: Type.Integer({
    default: 300,
    minimum: 1,
    maximum: 60_000,
    description: 'requests to a factory in a minute, of all workers',
  }),
  FACTORY_FAILURE_THRESHOLD: Type.Integer({
    default: 3,
    minimum: 1,
    maximum: 100,
    description: 'faults of a factory in a row after which it counts as away, and is only probed',
  }),
  FACTORY_PROBE_INTERVAL_SECONDS: Type.Integer({
    default: 30,
    minimum: 1,
    maximum: 3_600,
    description: 'the time between two probes of a factory that is away',
  }),
  FACTORY_WAIT_LIMIT_SECONDS: Type.Integer({
    default: 86_400,
    minimum: 0,
    maximum: 2_592_000,
    description:
      'how long an order waits for its factory before it is a dead letter; 0: its faults use up the three receives',
  }),
  FACTORY_ACCEPTS_200: Type.Enum(['true', 'false'], {
    default: 'false',
    description: 'whether a factory accepts an order by 200, too, and not by 201 alone',
  }),
  FACTORY_PRIVATE_ADDRESSES: Type.Enum(['allow', 'refuse'], {
    default: 'allow',
    description: 'whether a factory may be at a private address, such as 10.0.0.1: allow or refuse',
  }),
  FACTORY_WEBHOOK_KEY: Type.Optional(
    Type.String({
      minLength: 32,
      description: 'signs the orders to a factory with a webhook, at least 32 characters',
    }),
  ),
  FACTORY_REQUESTER: Type.String({
    default: 'Donut-States',
    maxLength: 100,
    description: 'who orders, for the factory',
  }),
  FACTORY_REQUESTER_TEL: Type.String({
    default: '02-000-0000',
    maxLength: 30,
    description: 'whom the factory calls',
  }),
  PROBE_TIME_LIMIT_MS: Type.Integer({
    default: 6_000,
    minimum: 100,
    maximum: 30_000,
    description: 'how long a probe may take before it counts as failed',
  }),
  INCIDENT_MAIL_AFTER_SECONDS: Type.Integer({
    default: 60,
    minimum: 0,
    maximum: 86_400,
    description: 'how long a factory is away before the operators get a mail',
  }),
  INCIDENT_REMINDER_SECONDS: Type.Integer({
    default: 21_600,
    minimum: 0,
    maximum: 604_800,
    description: 'the time between two reminders of an outage that lasts; 0: none',
  }),
  MAIL_PER_SECOND: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 1_000,
    description: 'mails that SES takes in a second, of all workers; 1 in the sandbox',
  }),
  MAIL_PROBE_INTERVAL_SECONDS: Type.Integer({
    default: 30,
    minimum: 1,
    maximum: 3_600,
    description: 'the time between two attempts at SES while it is away',
  }),
  MAIL_WAIT_LIMIT_SECONDS: Type.Integer({
    default: 86_400,
    minimum: 0,
    maximum: 2_592_000,
    description: 'how long a mail waits for SES before it is a dead letter',
  }),
  MAIL_DIGEST_SECONDS: Type.Integer({
    default: 60,
    minimum: 0,
    maximum: 3_600,
    description: 'how long products that are back are collected for one mail; 0: each has its own',
  }),
  MAIL_LANGUAGE: Type.Enum(['en', 'ko'], {
    default: 'en',
    description: 'the language of the mails: en or ko',
  }),
  PUBLIC_BASE_URL: Type.Optional(
    Type.String({
      pattern: '^https?://',
      description: 'where people reach the sales service, for links in mails; without it CALLBACK_BASE_URL',
    }),
  ),
  MAIL_FROM: Type.Refine(
    Type.String({ description: 'the sender, an identity verified with SES' }),
    isEmailAddress,
    noEmailAddress,
  ),
  OPERATIONS_EMAIL: Type.Refine(
    Type.String({ description: 'who is told when a person is needed' }),
    isEmailAddress,
    noEmailAddress,
  ),
});

/** How long a handler may take in addition to its call, in ms. */
export const HANDLER_OVERHEAD_MS = 5_000;

/** After the visibility timeout another worker gets the message, and would send the order again. */
const fitsVisibility = (name: 'FACTORY_TIMEOUT_MS' | 'PROBE_TIME_LIMIT_MS') =>
  [
    (given: Given) =>
      !(Number(given[name]) + HANDLER_OVERHEAD_MS >= Number(given.QUEUE_VISIBILITY_TIMEOUT_SECONDS) * 1_000),
    () => `${name} must be more than ${HANDLER_OVERHEAD_MS} ms below QUEUE_VISIBILITY_TIMEOUT_SECONDS`,
  ] as const;

/** A rule also runs when a variable is missing, or is not a number. */
type Given = Partial<Record<keyof Static<typeof variables>, unknown>>;

const withTimes = [
  fitsVisibility('FACTORY_TIMEOUT_MS'),
  fitsVisibility('PROBE_TIME_LIMIT_MS'),
  [
    (given: Given) => !(Number(given.RETRY_FIRST_DELAY_SECONDS) > Number(given.RETRY_MAX_DELAY_SECONDS)),
    () => 'RETRY_FIRST_DELAY_SECONDS must not be more than RETRY_MAX_DELAY_SECONDS',
  ] as const,
].reduce((schema, [holds, fault]) => Type.Refine(schema, holds, fault), variables);

export const WorkerEnvironment = refuseWeakKeys(withTimes, ['CALLBACK_SIGNING_KEY', 'FACTORY_WEBHOOK_KEY']);

export type WorkerEnvironment = Static<typeof WorkerEnvironment>;

/** Injection token of the environment, read once at boot. */
export const WORKER_ENVIRONMENT = Symbol('WORKER_ENVIRONMENT');
