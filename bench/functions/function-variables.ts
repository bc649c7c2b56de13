import { subjectVariables } from '../environment.js';

/** The variables of an environment, as a deployment sets them. */
export function functionVariables(databaseUrl: string, queueUrlPrefix: string): NodeJS.ProcessEnv {
  return {
    ...subjectVariables({ subject: 'functions', databaseUrl, port: 3000, poolSize: 1 }),
    QUEUE_URL_PREFIX: queueUrlPrefix,
    QUEUE_URL: `${queueUrlPrefix}probe`,
    CALLBACK_BASE_URL: 'http://127.0.0.1:9',
    MAIL_FROM: 'donut-states@example.com',
    OPERATIONS_EMAIL: 'operations@example.com',
    LOG_LEVEL: 'error',
  };
}
