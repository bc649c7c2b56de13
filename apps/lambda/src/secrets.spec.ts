import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { Secrets } from './secrets.js';
import { AwsStandIn } from './testing/aws-stand-in.js';

const ARN = 'arn:aws:secretsmanager:ap-northeast-2:000000000000:secret:';

describe('the secrets of a function', () => {
  let manager: AwsStandIn;
  let stored: Record<string, string>;

  beforeEach(async () => {
    stored = { [`${ARN}key-1`]: 'the-operations-key-of-a-test', [`${ARN}rds-1`]: '{"password":"first"}' };
    manager = await AwsStandIn.listen(({ body }) => ({ SecretString: stored[body.SecretId as string] }));
    Object.assign(process.env, {
      AWS_REGION: 'ap-northeast-2',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: manager.url,
      SECRETS: JSON.stringify({
        OPERATIONS_API_KEY: `${ARN}key-1`,
        DATABASE_PASSWORD: `${ARN}rds-1:password`,
      }),
    });
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    for (const name of ['SECRETS', 'OPERATIONS_API_KEY', 'DATABASE_PASSWORD_FILE']) delete process.env[name];
    await manager.close();
  });

  const password = () => readFileSync(process.env.DATABASE_PASSWORD_FILE!, 'utf8');

  it('are where the application reads them', async () => {
    await Secrets.fromEnvironment().load();
    expect(process.env.OPERATIONS_API_KEY).toBe('the-operations-key-of-a-test');
    expect(password()).toBe('first');
  });

  it('are read again after a while, so that a new password needs no new environment', async () => {
    const secrets = Secrets.fromEnvironment();
    await secrets.load();
    stored[`${ARN}rds-1`] = '{"password":"second"}';
    await secrets.refresh();
    expect(password()).toBe('first');
    const later = performance.now() + 61_000;
    jest.spyOn(performance, 'now').mockImplementation(() => later);
    await secrets.refresh();
    expect(password()).toBe('second');
    expect(manager.requests).toHaveLength(3);
  });

  it('stay as they are when they cannot be read again', async () => {
    const secrets = Secrets.fromEnvironment();
    await secrets.load();
    stored[`${ARN}rds-1`] = 'no JSON';
    const later = performance.now() + 61_000;
    jest.spyOn(performance, 'now').mockImplementation(() => later);
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    await secrets.refresh();
    expect(password()).toBe('first');
  });

  it('are the variables themselves where none is named', async () => {
    delete process.env.SECRETS;
    await Secrets.fromEnvironment().load();
    expect(manager.requests).toEqual([]);
  });
});
