import { FACTORY_ADAPTERS } from './product/factory.entity.js';
import { EnvironmentError } from '#runtime';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Type, { type Static } from 'typebox';
import { type DatabaseSettings } from './schema/data-source-options.js';
import { isDatabaseUrl, isMysqlUrl } from './database/database-url.js';
import { tlsOptions } from './database/tls-options.js';

const DATABASE_URL_DESCRIPTION =
  'mysql://user:password@host:3306/database, or a file for the embedded database';

/** The message omits the value, which may hold a password. */
const neitherMysqlNorFile = () => 'is neither mysql://... nor a file';

/** For a database on another machine: the password from a secret store, and the certificate authority. */
const access = {
  DATABASE_PASSWORD: Type.Optional(
    Type.String({
      description: 'the password, where DATABASE_URL has none; a new one needs a restart',
    }),
  ),
  DATABASE_PASSWORD_FILE: Type.Optional(
    Type.String({
      description: 'a file with the password, read again when MySQL refuses it: a new one needs no restart',
    }),
  ),
  DATABASE_TLS_CA: Type.Optional(
    Type.String({
      description:
        'the certificate authority of MySQL: amazon-rds, system, or a file of certificates; without it there is no TLS',
    }),
  ),
};

/** The variables by which every process connects to the warehouse. */
export const DatabaseEnvironment = Type.Object({
  DATABASE_URL: Type.Refine(
    Type.String({ description: DATABASE_URL_DESCRIPTION }),
    isDatabaseUrl,
    neitherMysqlNorFile,
  ),
  ...access,
  DATABASE_POOL_SIZE: Type.Integer({
    default: 10,
    minimum: 1,
    maximum: 100,
    description: 'connections to MySQL a process',
  }),
});

/** For a command that a person runs. Without DATABASE_URL it uses the data of `npm start`. */
export const CommandEnvironment = Type.Object({
  DATABASE_URL: Type.Optional(
    Type.Refine(Type.String({ description: DATABASE_URL_DESCRIPTION }), isDatabaseUrl, neitherMysqlNorFile),
  ),
  DATA_DIR: Type.String({ default: '.donut-states', description: 'where the data is kept' }),
  ...access,
});

/** How a command connects to the warehouse: without DATABASE_URL, to the database of `npm start` in DATA_DIR. */
export function commandDatabaseSettings({
  DATA_DIR,
  DATABASE_URL = join(DATA_DIR, 'warehouse.sqlite'),
  ...rest
}: Static<typeof CommandEnvironment>): DatabaseSettings {
  return databaseSettings({ ...rest, DATABASE_URL }, 1);
}

/**
 * How a process connects to the warehouse.
 *
 * @throws EnvironmentError when a file that a variable names cannot be read, or the password is given twice
 */
export function databaseSettings(
  environment: Omit<Static<typeof DatabaseEnvironment>, 'DATABASE_POOL_SIZE'>,
  poolSize: number,
): DatabaseSettings {
  const { DATABASE_URL: url, DATABASE_PASSWORD_FILE: passwordFile } = environment;
  const { DATABASE_TLS_CA: authority } = environment;
  const rereadPassword = passwordFile === undefined ? undefined : () => passwordOf(passwordFile);
  if (rereadPassword) refuseSecondPassword(environment);
  const password = rereadPassword?.() ?? environment.DATABASE_PASSWORD;
  return {
    url: password === undefined ? url : withPassword(url, password),
    poolSize,
    tls: authority === undefined ? undefined : readable('DATABASE_TLS_CA', () => tlsOptions(authority)),
    rereadPassword,
  };
}

/** An ignored password would be noticed only at the next rotation. */
function refuseSecondPassword({
  DATABASE_URL,
  DATABASE_PASSWORD,
}: Pick<Static<typeof DatabaseEnvironment>, 'DATABASE_URL' | 'DATABASE_PASSWORD'>): void {
  const other = isMysqlUrl(DATABASE_URL) && new URL(DATABASE_URL).password !== '' && 'DATABASE_URL';
  const second = DATABASE_PASSWORD === undefined ? other : 'DATABASE_PASSWORD';
  if (second)
    throw new EnvironmentError([`DATABASE_PASSWORD_FILE and ${second} both give a password: keep one`]);
}

function passwordOf(file: string): string {
  // Editors and shells end a file with a line break, which is not a part of the password.
  return readable('DATABASE_PASSWORD_FILE', () => readFileSync(file, 'utf8').replace(/\r?\n$/, ''));
}

function readable<T>(variable: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new EnvironmentError([
      `${variable} names a file that cannot be read: ${(error as NodeJS.ErrnoException).code}`,
    ]);
  }
}

function withPassword(url: string, password: string): string {
  if (!isMysqlUrl(url)) return url;
  const parsed = new URL(url);
  // The setter does not encode a %, which the driver would decode.
  if (parsed.password === '') parsed.password = encodeURIComponent(password);
  return parsed.href;
}

export const SeedEnvironment = Type.Object({
  FACTORY_API_URL: Type.String({
    default: 'http://127.0.0.1:3002',
    pattern: '^https?://',
    description: 'where the seeded factory is reached',
  }),
  FACTORY_ADAPTER: Type.Enum([...FACTORY_ADAPTERS], {
    default: 'legacy-http',
    description: 'how orders reach the seeded factory: legacy-http or webhook',
  }),
  FACTORY_LEAD_TIME_SECONDS: Type.Integer({
    default: 10,
    minimum: 1,
    maximum: 31_536_000,
    description: 'from an accepted order to its goods, as the seeded factory promises',
  }),
  FACTORY_OVERDUE_AFTER_SECONDS: Type.Integer({
    default: 120,
    minimum: 1,
    maximum: 31_536_000,
    description: 'from an accepted order until a person is told that its goods are missing',
  }),
});
