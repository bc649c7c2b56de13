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
