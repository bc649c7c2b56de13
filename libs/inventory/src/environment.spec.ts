import { EnvironmentError, readEnvironment } from '#runtime';
import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DriverUtils } from 'typeorm/driver/DriverUtils.js';
import {
  CommandEnvironment,
  commandDatabaseSettings,
  DatabaseEnvironment,
  databaseSettings,
  SeedEnvironment,
} from './environment.js';

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

  it('encrypts only when a certificate authority is configured', () => {
    const environment = { DATABASE_URL: URL_WITHOUT_PASSWORD };
    expect(databaseSettings(environment, 1).tls).toBeUndefined();
    expect(databaseSettings({ ...environment, DATABASE_TLS_CA: 'amazon-rds' }, 1).tls).toMatchObject({
      rejectUnauthorized: true,
      verifyIdentity: true,
    });
  });

  describe('with a file for the password', () => {
    const directory = mkdtempSync(join(tmpdir(), 'donut-states-'));
    const file = join(directory, 'password');
    const environment = { DATABASE_URL: URL_WITHOUT_PASSWORD, DATABASE_PASSWORD_FILE: file };

    afterAll(() => rmSync(directory, { recursive: true }));

    it('reads it without the line break at its end, and reads it anew when asked', () => {
      writeFileSync(file, 'first secret\n');
      const settings = databaseSettings(environment, 1);
      expect(new URL(settings.url).password).toBe('first%20secret');
      writeFileSync(file, 'second secret');
      expect(settings.rereadPassword!()).toBe('second secret');
    });

    it.each([
      ['a second one in DATABASE_PASSWORD', { DATABASE_PASSWORD: 'other' }],
      ['a second one in DATABASE_URL', { DATABASE_URL: 'mysql://root:other@127.0.0.1/donut' }],
      ['a file that is not there', { DATABASE_PASSWORD_FILE: `${file}.missing` }],
    ])('refuses %s, and prints neither', (_, change) => {
      writeFileSync(file, 'secret');
      const read = () => databaseSettings({ ...environment, ...change }, 1);
      expect(read).toThrow(EnvironmentError);
      expect(read).toThrow('DATABASE_PASSWORD_FILE');
      expect(read).not.toThrow(/secret|other/);
    });
  });

  it.each(['FACTORY_LEAD_TIME_SECONDS', 'FACTORY_OVERDUE_AFTER_SECONDS'])(
    'bounds %s by a year: its column would not hold 2,147,483,648 seconds',
    (name) => {
      expect(() => readEnvironment(SeedEnvironment, { [name]: '2147483648' })).toThrow(`${name} must be <=`);
      expect(readEnvironment(SeedEnvironment, { [name]: '31536000' })).toMatchObject({ [name]: 31_536_000 });
    },
  );

  it('says which file of certificates cannot be read', () => {
    const read = () => databaseSettings({ DATABASE_URL: URL_WITHOUT_PASSWORD, DATABASE_TLS_CA: '/none' }, 1);
    expect(read).toThrow(EnvironmentError);
    expect(read).toThrow('DATABASE_TLS_CA names a file that cannot be read: ENOENT');
  });

  it.each([
    [{}, '.donut-states/warehouse.sqlite'],
    [{ DATA_DIR: '/data' }, '/data/warehouse.sqlite'],
    [{ DATA_DIR: '/data', DATABASE_URL: 'other.sqlite' }, 'other.sqlite'],
  ])('is, for a command, that of npm start unless something else is said: %j', (variables, url) => {
    expect(commandDatabaseSettings(readEnvironment(CommandEnvironment, variables)).url).toBe(url);
  });

  it('is MySQL or a file: a mistyped URL starts nothing, and is not printed', () => {
    const read = () =>
      readEnvironment(DatabaseEnvironment, { DATABASE_URL: 'postgres://u:secret@host/donut' });
    expect(read).toThrow('DATABASE_URL is neither mysql://... nor a file');
    expect(read).not.toThrow('secret');
    expect(readEnvironment(DatabaseEnvironment, { DATABASE_URL: 'w.sqlite' }).DATABASE_URL).toBe('w.sqlite');
  });
});
