import { EnvironmentError } from '#runtime';
import { describe, expect, it } from '@jest/globals';
import { DriverUtils } from 'typeorm/driver/DriverUtils.js';
import { databaseSettings } from './environment.js';

const URL_WITHOUT_PASSWORD = 'mysql://warehouse@database.example:3306/donut_states';

describe('the way to the warehouse', () => {
  it('puts a password of any characters where the driver finds it as it is', () => {
    const password = `a%41:b@c/d?e#f[g]'(h) "i"&j=k+도넛`;
    const { url } = databaseSettings({ DATABASE_URL: URL_WITHOUT_PASSWORD, DATABASE_PASSWORD: password }, 10);
    expect(DriverUtils.buildDriverOptions({ url })).toMatchObject({
      host: 'database.example',
      port: 3306,
      username: 'warehouse',
      password,
      database: 'donut_states',
    });
  });

  it('leaves a URL that has its password, or is a file, as it is', () => {
    for (const url of ['mysql://root:secret@127.0.0.1:3306/donuts', 'warehouse.sqlite']) {
      expect(databaseSettings({ DATABASE_URL: url, DATABASE_PASSWORD: 'other' }, 1).url).toBe(url);
    }
  });

  it('names the variable whose file of certificates is not there', () => {
    const environment = { DATABASE_URL: URL_WITHOUT_PASSWORD, DATABASE_TLS_CA: '/no/such/file.pem' };
    expect(() => databaseSettings(environment, 1)).toThrow(EnvironmentError);
    expect(() => databaseSettings(environment, 1)).toThrow(/DATABASE_TLS_CA cannot be read: ENOENT/);
  });

  it('encrypts when it is told who vouches for the database, and only then', () => {
    const environment = { DATABASE_URL: URL_WITHOUT_PASSWORD };
    expect(databaseSettings(environment, 1).tls).toBeUndefined();
    expect(databaseSettings({ ...environment, DATABASE_TLS_CA: 'amazon-rds' }, 1).tls).toMatchObject({
      rejectUnauthorized: true,
      verifyIdentity: true,
    });
  });
});
