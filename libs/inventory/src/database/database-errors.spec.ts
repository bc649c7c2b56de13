import { describe, expect, it } from '@jest/globals';
import { isConflict, isDuplicate, isUnavailable } from './database-errors.js';

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
      expect(isDuplicate(error)).toBe(meaning === 'duplicate');
      expect(isUnavailable(error)).toBe(meaning === 'unavailable');
    }
  });

  it("is unavailability when a pooled connection was closed under a query, by the driver's words alone", () => {
    expect(isUnavailable(new Error("Can't add new command when connection is in closed state"))).toBe(true);
    expect(isUnavailable(new Error('Pool is closed.'))).toBe(true);
    expect(isUnavailable(new Error('out of flour'))).toBe(false);
  });
});
