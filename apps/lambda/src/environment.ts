/**
 * The variables of a function, beside those of the application that it runs:
 * - `SECRETS`: JSON, by the name of a variable the ARN of its secret; see `secrets.ts`
 * - `WORKER_FUNCTION_NAME`: whose event source mappings are paused in an outage of the database
 * - `QUEUE_URL`: of the course's producer
 */
export const variables: NodeJS.ProcessEnv = process.env;
