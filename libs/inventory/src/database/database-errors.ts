import { TimeoutError } from '#runtime';

const CONFLICTS = new Set(['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', 'SQLITE_BUSY', 'SQLITE_LOCKED']);

const DUPLICATES = new Set(['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

const ROW_REFUSALS = new Set(['ER_CHECK_CONSTRAINT_VIOLATED', 'ER_BAD_NULL_ERROR']);

/** The connection broke under a statement. */
const INTERRUPTIONS = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'ER_SERVER_SHUTDOWN',
  'ER_QUERY_INTERRUPTED',
]);

const UNAVAILABLE = new Set([
  ...INTERRUPTIONS,
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ER_CON_COUNT_ERROR',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'SQLITE_CANTOPEN',
  'SQLITE_FULL',
  'SQLITE_IOERR',
]);

/** The driver's code, from the error itself or from the one that TypeORM wrapped. */
function codeOf(error: unknown): string {
  const { code, driverError } = error as { code?: string; driverError?: { code?: string } };
  return driverError?.code ?? code ?? '';
}

/** SQLite's extended codes name the plain one in their first two words: `SQLITE_IOERR_FSYNC` is a `SQLITE_IOERR`. */
function isAmong(codes: Set<string>, code: string): boolean {
  return codes.has(code) || codes.has(/^SQLITE_[A-Z]+/.exec(code)?.[0] ?? code);
}

/** The transaction lost against another one and changed nothing: run it again. */
export function isConflict(error: unknown): boolean {
  return isAmong(CONFLICTS, codeOf(error));
}

/** The transaction waited in vain for a lock that another one holds on. */
export function isLockWait(error: unknown): boolean {
  return codeOf(error) === 'ER_LOCK_WAIT_TIMEOUT';
}

/** A unique key refused the row. */
export function isDuplicate(error: unknown): boolean {
  return DUPLICATES.has(codeOf(error));
}

/** MySQL refused what a row would have become. */
export function isRefusedByRow(error: unknown): boolean {
  return ROW_REFUSALS.has(codeOf(error));
}

/** The database went away in the middle of something, or fell silent: nobody knows whether it was committed. */
export function isInterruption(error: unknown): boolean {
  if (error instanceof TimeoutError) return true;
  // mysql2 says so in words alone when a pooled connection was closed under a query.
  return isAmong(INTERRUPTIONS, codeOf(error)) || /closed state/.test((error as Error).message);
}

/** The database cannot be reached, went away, or does not answer. */
export function isUnavailable(error: unknown): boolean {
  return (
    isInterruption(error) ||
    isAmong(UNAVAILABLE, codeOf(error)) ||
    /Pool is closed/.test((error as Error).message)
  );
}
