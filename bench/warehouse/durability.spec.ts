import { expect, it } from '@jest/globals';
import { durabilityText, isDurable } from './durability.js';

const SETTINGS = { innodb_flush_log_at_trx_commit: 1, sync_binlog: 1, log_bin: 1 };

it.each([
  ['every log is synced at each commit', {}, true],
  ['InnoDB syncs once a second', { innodb_flush_log_at_trx_commit: 2 }, false],
  ['InnoDB does not even write at a commit', { innodb_flush_log_at_trx_commit: 0 }, false],
  ['the binary log is synced now and then', { sync_binlog: 100 }, false],
  ['there is no binary log to sync', { sync_binlog: 0, log_bin: 0 }, true],
])('where %s: %j', (_name, given, durable) => {
  const durability = { version: '9.7.0', settings: { ...SETTINGS, ...given } };
  expect(isDurable(durability)).toBe(durable);
  expect(durabilityText(durability).includes('NOT DURABLE')).toBe(!durable);
});

it('prints the settings as the server names them', () => {
  const text = durabilityText({ version: '9.7.0', settings: SETTINGS });
  expect(text).toContain('MySQL 9.7.0, innodb_flush_log_at_trx_commit=1, sync_binlog=1, log_bin=1');
});
