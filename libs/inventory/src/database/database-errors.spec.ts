import { describe, expect, it } from '@jest/globals';
import { isConflict, isUniqueViolation, isInterruption, isUnavailable } from './database-errors.js';

describe('an error of the database', () => {
  it.each([
    ['ER_LOCK_DEADLOCK', 'conflict'],
    ['ER_LOCK_WAIT_TIMEOUT', 'conflict'],
    ['SQLITE_BUSY', 'conflict'],
    ['SQLITE_BUSY_RECOVERY', 'conflict'],
    ['SQLITE_BUSY_SNAPSHOT', 'conflict'],
    ['ER_DUP_ENTRY', 'duplicate'],
    ['SQLITE_CONSTRAINT_UNIQUE', 'duplicate'],
    ['SQLITE_CONSTRAINT_PRIMARYKEY', 'duplicate'],
    ['ECONNREFUSED', 'unavailable'],
    ['PROTOCOL_CONNECTION_LOST', 'unavailable'],
    ['ER_CON_COUNT_ERROR', 'unavailable'],
    ['ER_OPTION_PREVENTS_STATEMENT', 'unavailable'],
    ['ER_ACCESS_DENIED_ERROR', 'unavailable'],
    ['ER_DISK_FULL', 'unavailable'],
    ['ENOSPC', 'unavailable'],
    ['SQLITE_NOMEM', 'unavailable'],
    ['SQLITE_READONLY_DBMOVED', 'unavailable'],
    ['SQLITE_FULL', 'unavailable'],
    ['SQLITE_IOERR', 'unavailable'],
    ['SQLITE_IOERR_FSYNC', 'unavailable'],
    ['SQLITE_CANTOPEN_ISDIR', 'unavailable'],
    ['SQLITE_CONSTRAINT_CHECK', 'none of them'],
    ['ER_CHECK_CONSTRAINT_VIOLATED', 'none of them'],
    ['ER_PARSE_ERROR', 'none of them'],
    ['', 'none of them'],
  ])('with the code "%s" is: %s, bare or wrapped by TypeORM', (code, meaning) => {
    const driverError = Object.assign(new Error('from the driver'), { code });
    for (const error of [driverError, Object.assign(new Error('from TypeORM'), { driverError })]) {
      expect(isConflict(error)).toBe(meaning === 'conflict');
      expect(isUniqueViolation(error)).toBe(meaning === 'duplicate');
      expect(isUnavailable(error)).toBe(meaning === 'unavailable');
    }
  });

  it.each(['ER_SERVER_SHUTDOWN', 'ER_RUN_HOOK_ERROR', 'ER_ERROR_DURING_COMMIT', 'ECONNRESET', 'ETIMEDOUT'])(
    'with the code "%s" leaves the outcome of a COMMIT unknown',
    (code) => {
      expect(isInterruption(Object.assign(new Error('from the driver'), { code }))).toBe(true);
    },
  );

  it.each(['ER_OPTION_PREVENTS_STATEMENT', 'ECONNREFUSED', 'SQLITE_FULL'])(
    'with the code "%s" leaves no doubt: nothing was committed',
    (code) => {
      expect(isInterruption(Object.assign(new Error('from the driver'), { code }))).toBe(false);
    },
  );

  it('that has no cause is none of them', () => {
    expect([isConflict(undefined), isInterruption(undefined), isUnavailable(undefined)]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("is unavailability when a pooled connection was closed during a query, which only the driver's message shows", () => {
    expect(isUnavailable(new Error("Can't add new command when connection is in closed state"))).toBe(true);
    expect(isUnavailable(new Error('Pool is closed.'))).toBe(true);
    expect(isUnavailable(new Error('out of flour'))).toBe(false);
  });
});
