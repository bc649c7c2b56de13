import Type from 'typebox';
import { isDeployed, SUBJECT_NAMES } from './subjects/subject.js';

export const BenchEnvironment = Type.Object({
  BENCH_MYSQL_URL: Type.Optional(
    Type.String({ pattern: '^mysql://', description: 'a MySQL server and a user who may create databases' }),
  ),
});

/** Variables of a subject's process besides those of the sales service. */
export const SubjectEnvironment = Type.Object({
  BENCH_SUBJECT: Type.Enum(
    SUBJECT_NAMES.filter((name) => !isDeployed(name) && name !== 'plain-http'),
    { description: 'how sales are made' },
  ),
});

/** Of every subject that is a sales service. */
export const OPERATIONS_API_KEY = 'bench-operations-key';

/**
 * The environment of a subject's process: this one's, so that a variable of the sales service can be tried, and what
 * the bench decides.
 */
export function subjectVariables(decided: {
  subject: string;
  databaseUrl: string;
  port: number;
  poolSize: number | undefined;
}): NodeJS.ProcessEnv {
  return {
    ...process.env,
    BENCH_SUBJECT: decided.subject,
    DATABASE_URL: decided.databaseUrl,
    HOST: '127.0.0.1',
    SALES_PORT: String(decided.port),
    ...(decided.poolSize && { DATABASE_POOL_SIZE: String(decided.poolSize) }),
    DRAIN_DELAY_MS: '0',
    // The keys below are examples, which production refuses.
    NODE_ENV: 'development',
    OPERATIONS_API_KEY,
    CALLBACK_SIGNING_KEY: 'bench-callback-signing-key-of-32-characters',
    SALE_TOKEN_KEY: 'bench-sale-token-key-of-32-characters-or-more',
    // Nobody calls it: no sale needs a queue to answer.
    QUEUE_URL_PREFIX: 'http://127.0.0.1:9/queues/',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
  };
}
