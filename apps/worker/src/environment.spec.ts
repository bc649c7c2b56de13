import { readEnvironment } from '#runtime';
import { describe, expect, it } from '@jest/globals';
import { WorkerEnvironment } from './environment.js';

const NEEDED = {
  DATABASE_URL: 'warehouse.sqlite',
  QUEUE_URL_PREFIX: 'http://127.0.0.1:4566/000000000000/',
  CALLBACK_BASE_URL: 'http://127.0.0.1:3000',
  CALLBACK_SIGNING_KEY: 'k'.repeat(32),
  MAIL_FROM: 'from@example.com',
  OPERATIONS_EMAIL: 'operations@example.com',
};

const read = (variables: Record<string, string>) =>
  readEnvironment(WorkerEnvironment, { ...NEEDED, ...variables });

describe.each(['MAIL_FROM', 'OPERATIONS_EMAIL'])('the address in %s', (name) => {
  it.each(['kim@example.com', 'kim@도넛.kr'])('may be %s', (address) => {
    expect(read({ [name]: address })).toMatchObject({ [name]: address });
  });

  it.each(['kim@b.1', '킴@example.com', '<kim@example.com>', `${'k'.repeat(65)}@example.com`])(
    'is refused at the start when mail could not be sent: %s',
    (address) => expect(() => read({ [name]: address })).toThrow(`${name} is no e-mail address`),
  );
});

it('a webhook key that is the signing key is refused in production, and none is needed', () => {
  const CALLBACK_SIGNING_KEY = 'q3Vn8sXw2Lk7Zp5Tb9Rc4Md6Hf1Gj0Ay';
  const production = { NODE_ENV: 'production', CALLBACK_SIGNING_KEY };
  expect(() => read(production)).not.toThrow();
  expect(() => read({ ...production, FACTORY_WEBHOOK_KEY: CALLBACK_SIGNING_KEY })).toThrow(
    'FACTORY_WEBHOOK_KEY is the same as CALLBACK_SIGNING_KEY',
  );
});

describe.each([
  ['RETENTION_DEAD_LETTERS_DAYS', 90, 15],
  // The queue keeps a message for 14 days: its repeat would be a second mail.
  ['RETENTION_MAILS_DAYS', 30, 15],
  ['RETENTION_MESSAGES_DAYS', 7, 1],
  ['RETENTION_TIMELINES_DAYS', 90, 1],
  ['RETENTION_WEBHOOK_DELIVERIES_DAYS', 30, 30],
  ['RETENTION_KEYED_REQUESTS_DAYS', 7, 7],
  ['RETENTION_CUSTOMER_DATA_DAYS', 0, 30],
])('the days in %s', (name, usual, least) => {
  it(`are ${usual} unless they are set`, () => {
    expect(read({})).toMatchObject({ [name]: usual });
  });

  it.each([0, least, 36_500])('may be %s', (days) => {
    expect(read({ [name]: String(days) })).toMatchObject({ [name]: days });
  });

  it.each(['-1', '36501', 'never', ...(least > 1 ? ['1', String(least - 1)] : [])])(
    'are refused at the start as %s',
    (days) => expect(() => read({ [name]: days })).toThrow(`${name} must be`),
  );
});
