import { readEnvironment } from '#runtime';
import { resolve } from 'node:path';
import Type from 'typebox';
import { type DataPaths, type Keys } from './data-directory.js';
import { type MailServerOptions } from './mail-server.js';
import { type PortUse } from './ports.js';
import { type QueueServerOptions } from './queue-server.js';

const port = (value: number, description: string) =>
  Type.Integer({ default: value, minimum: 1, maximum: 65_535, description });

export const StandaloneEnvironment = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', description: 'the address that the servers listen on' }),
  SALES_PORT: port(3000, 'the sales API'),
  ADMIN_PORT: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 65_535, description: 'metrics and docs of the sales API' }),
  ),
  WORKER_PORT: port(3001, "the worker's health"),
  FACTORY_PORT: port(3002, 'the simulated factory'),
  QUEUE_PORT: port(4566, 'the embedded queue'),
  MAIL_PORT: port(8005, 'the embedded mail server'),
  AWS_REGION: Type.String({ default: 'ap-northeast-2', description: 'the region of the embedded queue' }),
  QUEUE_VISIBILITY_TIMEOUT_SECONDS: Type.Integer({
    default: 36,
    minimum: 1,
    maximum: 43_200,
    description: 'how long a received message is hidden from other consumers',
  }),
  QUEUE_MAX_RECEIVE_COUNT: Type.Integer({
    default: 3,
    minimum: 1,
    maximum: 1_000,
    description: 'receives after which a message goes to the dead-letter queue',
  }),
  DATA_DIR: Type.String({ default: '.donut-states', description: 'where the data is kept' }),
  COMPUTE: Type.Enum(['fargate', 'lambda'], {
    default: 'fargate',
    description: 'how sales and worker run: as services, or as the functions of the serverless variant',
  }),
  FACTORY_LEAD_TIME_MS: Type.Integer({ default: 10_000, minimum: 0, description: 'how long an order takes' }),
});

/** Unauthenticated, and it can put goods receipts into the system: other machines never reach it. */
const QUEUE_HOST = '127.0.0.1';
/** The account that the embedded queue puts into its URLs. */
const ACCOUNT_ID = '000000000000';

export interface Settings {
  compute: 'fargate' | 'lambda';
  /** The given variables, without empty values. */
  given: NodeJS.ProcessEnv;
  dataDirectory: string;
  /** Reachable from this machine, also when the servers listen on all its addresses. */
  urls: { sales: string; docs: string; worker: string; factory: string; queue: string; mail: string };
  /** `false` when the person pointed the services at a queue or mail server of their own. */
  embedded: { database: boolean; queue: boolean; mail: boolean };
  ports: PortUse[];
  queue: Pick<
    QueueServerOptions,
    'host' | 'port' | 'region' | 'visibilityTimeoutSeconds' | 'maxReceiveCount'
  >;
  mail: Pick<MailServerOptions, 'host' | 'port'>;
  factoryLeadTimeMs: number;
}

/** @throws EnvironmentError that lists every unusable variable */
export function readSettings(variables: NodeJS.ProcessEnv, projectDirectory: string): Settings {
  const environment = readEnvironment(StandaloneEnvironment, variables);
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const {
    HOST: host,
    SALES_PORT,
    ADMIN_PORT,
    WORKER_PORT,
    FACTORY_PORT,
    QUEUE_PORT,
    MAIL_PORT,
  } = environment;
  const embedded = {
    database: !given.DATABASE_URL,
    queue: !given.AWS_ENDPOINT_URL_SQS,
    mail: !given.AWS_ENDPOINT_URL_SES,
  };
  const ports: PortUse[] = [
    { host, port: SALES_PORT, variable: 'SALES_PORT', purpose: 'the sales API' },
    { host, port: WORKER_PORT, variable: 'WORKER_PORT', purpose: "the worker's health" },
    { host, port: FACTORY_PORT, variable: 'FACTORY_PORT', purpose: 'the factory' },
  ];
  if (ADMIN_PORT !== undefined) {
    ports.push({ host, port: ADMIN_PORT, variable: 'ADMIN_PORT', purpose: 'metrics and docs' });
  }
  if (embedded.queue) {
    ports.push({ host: QUEUE_HOST, port: QUEUE_PORT, variable: 'QUEUE_PORT', purpose: 'the queue' });
  }
  if (embedded.mail) ports.push({ host, port: MAIL_PORT, variable: 'MAIL_PORT', purpose: 'the mail server' });

  const reachable = reachableHost(host);
  return {
    compute: environment.COMPUTE,
    given,
    dataDirectory: resolve(projectDirectory, environment.DATA_DIR),
    urls: {
      sales: `http://${reachable}:${SALES_PORT}`,
      docs: `http://${reachable}:${ADMIN_PORT ?? SALES_PORT}/docs`,
      worker: `http://${reachable}:${WORKER_PORT}`,
      factory: `http://${reachable}:${FACTORY_PORT}`,
      queue: given.AWS_ENDPOINT_URL_SQS ?? `http://${QUEUE_HOST}:${QUEUE_PORT}`,
      mail: given.AWS_ENDPOINT_URL_SES ?? `http://${reachable}:${MAIL_PORT}`,
    },
    embedded,
    ports,
    queue: {
      host: QUEUE_HOST,
      port: QUEUE_PORT,
      region: environment.AWS_REGION,
      visibilityTimeoutSeconds: environment.QUEUE_VISIBILITY_TIMEOUT_SECONDS,
      maxReceiveCount: environment.QUEUE_MAX_RECEIVE_COUNT,
    },
    mail: { host, port: MAIL_PORT },
    factoryLeadTimeMs: environment.FACTORY_LEAD_TIME_MS,
  };
}

/**
 * Every variable of a local run: what the person gave wins over what suits it. No process gets all of it:
 * `child-environment.ts` takes out what it needs.
 */
export function systemEnvironment(
  settings: Settings,
  paths: Pick<DataPaths, 'database' | 'factoryState'>,
  keys: Keys,
): NodeJS.ProcessEnv {
  const { given, urls, embedded, factoryLeadTimeMs } = settings;
  return {
    AWS_REGION: settings.queue.region,
    AWS_ENDPOINT_URL_SQS: urls.queue,
    AWS_ENDPOINT_URL_SES: urls.mail,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    CALLBACK_BASE_URL: urls.sales,
    CALLBACK_SIGNING_KEY: keys.callbackSigningKey,
    DATABASE_URL: paths.database,
    DRAIN_DELAY_MS: '0',
    FACTORY_API_URL: urls.factory,
    FACTORY_LEAD_TIME_MS: String(factoryLeadTimeMs),
    // Seconds, for the seed: what the sales API promises buyers is what the factory then takes.
    FACTORY_LEAD_TIME_SECONDS: String(Math.max(1, Math.ceil(factoryLeadTimeMs / 1000))),
    // Three lead times: a late delivery of the simulated factory takes five, and is to be noticed.
    FACTORY_OVERDUE_AFTER_SECONDS: String(Math.max(120, Math.ceil((3 * factoryLeadTimeMs) / 1000))),
    FACTORY_STATE_FILE: paths.factoryState,
    LOG_FORMAT: 'text',
    MAIL_FROM: 'donut-states@example.com',
    OPERATIONS_API_KEY: keys.operationsApiKey,
    OPERATIONS_EMAIL: 'operations@example.com',
    ...portVariables(settings.ports),
    QUEUE_URL_PREFIX: `${urls.queue}/${ACCOUNT_ID}/`,
    QUEUE_WAIT_SECONDS: '1',
    SALE_TOKEN_KEY: keys.saleTokenKey,
    RETRY_FIRST_DELAY_SECONDS: '2',
    FACTORY_PROBE_INTERVAL_SECONDS: '10',
    INCIDENT_MAIL_AFTER_SECONDS: '5',
    MAIL_PER_SECOND: '10',
    MAIL_PROBE_INTERVAL_SECONDS: '10',
    MAIL_DIGEST_SECONDS: '2',
    // A webhook of a person who tries them is on this machine.
    WEBHOOK_PRIVATE_ADDRESSES: 'allow',
    ...given,
    ...(embedded.queue && embedded.mail ? LOCAL_CREDENTIALS : {}),
  };
}

/**
 * Real keys have no business with embedded servers, and a profile of the person's shell would make the AWS SDK look
 * for them: in a file, at a login page, or at another endpoint.
 */
const LOCAL_CREDENTIALS: NodeJS.ProcessEnv = {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: undefined,
  AWS_PROFILE: undefined,
  AWS_DEFAULT_PROFILE: undefined,
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: undefined,
};

function portVariables(ports: readonly PortUse[]): NodeJS.ProcessEnv {
  return Object.fromEntries(ports.map(({ variable, port: number }) => [variable, String(number)]));
}

function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
