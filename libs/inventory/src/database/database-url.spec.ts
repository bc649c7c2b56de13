import { describe, expect, it } from '@jest/globals';
import { dataSourceOptions } from '../schema/data-source-options.js';
import { fileOf, isDatabaseUrl } from './database-url.js';

describe('the URL of the database', () => {
  it.each([
    'mysql://root@127.0.0.1:3306/donut',
    'mysql://root:secret@database.example/donut',
    'warehouse.sqlite',
    './data/warehouse.sqlite',
    '/var/lib/donut states/warehouse.sqlite',
    'C:\\donut\\warehouse.sqlite',
    'file:warehouse.sqlite',
    'file:///var/lib/donut/warehouse.sqlite',
  ])('may be %s', (url) => expect(isDatabaseUrl(url)).toBe(true));

  it.each([
    ['another database', 'postgres://user:secret@host/donut'],
    ['capital letters', 'MYSQL://user:secret@host/donut'],
    ['one slash', 'mysql:/user:secret@host/donut'],
    ['no slash', 'mysql:user:secret@host/donut'],
    ['no scheme', 'user:secret@host/donut'],
    ['no scheme, and slashes', '//user:secret@host/donut'],
    ['a scheme inside', ' mysql://user:secret@host/donut'],
    ['no host', 'mysql:///donut'],
    ['no database', 'mysql://user:secret@host'],
    ['no database after the slash', 'mysql://user:secret@host/'],
    ['a port that is none', 'mysql://user:secret@host:port/donut'],
    ['a file of another machine', 'file://user:secret@host/donut'],
    ['options of SQLite', 'file:warehouse.sqlite?mode=memory'],
    ['memory', ':memory:'],
    ['memory as a file', 'file::memory:'],
    ['nothing', ''],
  ])('is refused with %s, and never printed', (_, url) => {
    expect(isDatabaseUrl(url)).toBe(false);
    const use = () => dataSourceOptions({ url, poolSize: 1 });
    expect(use).toThrow('DATABASE_URL');
    expect(use).not.toThrow('secret');
  });

  it('names the file as the system does', () => {
    expect(fileOf('file:///tmp/a%20b.sqlite')).toBe('/tmp/a b.sqlite');
    expect(fileOf('file:a.sqlite')).toBe('a.sqlite');
    expect(fileOf('a.sqlite')).toBe('a.sqlite');
  });
});
