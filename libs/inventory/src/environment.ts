import { EnvironmentError } from '#runtime';
import Type, { type Static } from 'typebox';
import { type DatabaseSettings } from './database/data-source-options.js';
import { type TlsOptions, tlsOptions } from './database/tls-options.js';

/** Where the password comes from a store of secrets, and who vouches for a database that is not on this machine. */
const access = {
  DATABASE_PASSWORD: Type.Optional(Type.String({ description: 'the password, where DATABASE_URL has none' })),
  DATABASE_TLS_CA: Type.Optional(
    Type.String({
      description:
        "who vouches for MySQL's certificate: amazon-rds, system, or a file of certificates; without it there is no TLS",
    }),
  ),
};

/** The variables by which every process finds the warehouse. */
export const DatabaseEnvironment = Type.Object({
  DATABASE_URL: Type.String({
    minLength: 1,
    description: 'mysql://user:password@host:3306/database, or a file for the embedded database',
  }),
  ...access,
  DATABASE_POOL_SIZE: Type.Integer({
    default: 10,
    minimum: 1,
    maximum: 100,
    description: 'connections to MySQL a process',
  }),
});

/** For a command that a person runs: what `npm start` keeps is meant when nothing else is said. */
export const CommandEnvironment = Type.Object({
  DATABASE_URL: Type.String({
    ...DatabaseEnvironment.properties.DATABASE_URL,
    default: '.donut-states/warehouse.sqlite',
  }),
  ...access,
});

/**
 * How the warehouse is reached.
 *
 * @throws EnvironmentError when the file that DATABASE_TLS_CA names cannot be read
 */
export function databaseSettings(
  environment: Omit<Static<typeof DatabaseEnvironment>, 'DATABASE_POOL_SIZE'>,
  poolSize: number,
): DatabaseSettings {
  const { DATABASE_URL: url, DATABASE_PASSWORD: password, DATABASE_TLS_CA: authority } = environment;
  return {
    url: password === undefined ? url : withPassword(url, password),
    poolSize,
    tls: authority === undefined ? undefined : readTlsOptions(authority),
  };
}

function readTlsOptions(authority: string): TlsOptions {
  try {
    return tlsOptions(authority);
  } catch (error) {
    throw new EnvironmentError([`DATABASE_TLS_CA cannot be read: ${(error as NodeJS.ErrnoException).code}`]);
  }
}

function withPassword(url: string, password: string): string {
  if (!url.startsWith('mysql://')) return url;
  const parsed = new URL(url);
  // Encoded here: the setter leaves a % alone, which the driver would take for the begin of a code.
  if (parsed.password === '') parsed.password = encodeURIComponent(password);
  return parsed.href;
}

export const SeedEnvironment = Type.Object({
  FACTORY_API_URL: Type.String({
    default: 'http://127.0.0.1:3002',
    pattern: '^https?://',
    description: 'where the seeded factory is reached',
  }),
  FACTORY_LEAD_TIME_SECONDS: Type.Integer({
    default: 10,
    minimum: 1,
    description: 'from an accepted order to its goods, as the seeded factory promises',
  }),
  FACTORY_OVERDUE_AFTER_SECONDS: Type.Integer({
    default: 120,
    minimum: 1,
    description: 'from an accepted order until a person is told that its goods are missing',
  }),
});
