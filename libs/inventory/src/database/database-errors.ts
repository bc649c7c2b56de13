import { TimeoutError } from '#runtime';

/** The meaning of a database error for the caller. */
type Meaning =
  /** The transaction lost a conflict with another one and changed nothing: run it again. */
  | 'conflict'
  /** A unique key refused the row. */
  | 'duplicate'
  /** MySQL refused the new values of a row. */
  | 'refused by row'
  /** The database is unavailable now. Nothing was committed. */
  | 'unavailable'
  /** The database is unavailable now. The outcome of a COMMIT that was running is unknown. */
  | 'interrupted';

/**
 * All known errors, by the driver's code. Any other error is a bug of this project.
 *
 * @see https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
 * @see https://sqlite.org/rescode.html
 */
const MEANINGS: Record<string, Meaning> = {
  // Two transactions that want the same rows
  ER_LOCK_DEADLOCK: 'conflict',
  ER_LOCK_WAIT_TIMEOUT: 'conflict',
  ER_TRANSACTION_ROLLBACK_DURING_COMMIT: 'conflict', // Group Replication found a conflict with another member
  SQLITE_BUSY: 'conflict',
  SQLITE_LOCKED: 'conflict',

  // Keys and checks
  ER_DUP_ENTRY: 'duplicate',
  SQLITE_CONSTRAINT_UNIQUE: 'duplicate',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'duplicate',
  ER_CHECK_CONSTRAINT_VIOLATED: 'refused by row',
  ER_BAD_NULL_ERROR: 'refused by row',

  // A read-only server, as after a failover
  ER_OPTION_PREVENTS_STATEMENT: 'unavailable',
  ER_READ_ONLY_MODE: 'unavailable',
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: 'unavailable',
  ER_OPEN_AS_READONLY: 'unavailable',
  ER_INNODB_READ_ONLY: 'unavailable',
  ER_SERVER_OFFLINE_MODE: 'unavailable',

  // No room, no memory
  ER_DISK_FULL: 'unavailable',
  ER_RECORD_FILE_FULL: 'unavailable',
  ER_GET_ERRNO: 'unavailable',
  ER_TEMP_FILE_WRITE_FAILURE: 'unavailable',
  ER_OUTOFMEMORY: 'unavailable',
  ER_OUT_OF_SORTMEMORY: 'unavailable',
  ER_OUT_OF_RESOURCES: 'unavailable',
  ER_CANT_CREATE_THREAD: 'unavailable',
  // The binary log is written during COMMIT.
  ER_ERROR_ON_WRITE: 'interrupted',
  ER_BINLOG_LOGGING_IMPOSSIBLE: 'interrupted',
  ER_ERROR_DURING_COMMIT: 'interrupted',
  ER_RUN_HOOK_ERROR: 'interrupted', // Group Replication left the group during COMMIT

  // Too many connections
  ER_CON_COUNT_ERROR: 'unavailable',
  ER_TOO_MANY_USER_CONNECTIONS: 'unavailable',
  ER_USER_LIMIT_REACHED: 'unavailable',

  // No access, as after a password rotation
  ER_ACCESS_DENIED_ERROR: 'unavailable',
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: 'unavailable',
  ER_DBACCESS_DENIED_ERROR: 'unavailable',
  ER_MUST_CHANGE_PASSWORD_LOGIN: 'unavailable',
  ER_ACCOUNT_HAS_BEEN_LOCKED: 'unavailable',
  ER_HOST_IS_BLOCKED: 'unavailable',
  ER_HOST_NOT_PRIVILEGED: 'unavailable',

  // The server stops, or ends the connection
  ER_SERVER_SHUTDOWN: 'interrupted',
  ER_NORMAL_SHUTDOWN: 'interrupted',
  ER_QUERY_INTERRUPTED: 'interrupted',
  ER_SESSION_WAS_KILLED: 'interrupted',
  ER_CLIENT_INTERACTION_TIMEOUT: 'interrupted',
  ER_ABORTING_CONNECTION: 'interrupted',
  ER_NEW_ABORTING_CONNECTION: 'interrupted',
  ER_NET_READ_ERROR: 'interrupted',
  ER_NET_READ_INTERRUPTED: 'interrupted',
  ER_NET_ERROR_ON_WRITE: 'interrupted',
  ER_NET_WRITE_INTERRUPTED: 'interrupted',
  PROTOCOL_CONNECTION_LOST: 'interrupted',

  // The network, from the operating system
  ECONNRESET: 'interrupted',
  EPIPE: 'interrupted',
  ETIMEDOUT: 'interrupted',
  ECONNREFUSED: 'unavailable',
  EHOSTUNREACH: 'unavailable',
  ENETUNREACH: 'unavailable',
  EADDRNOTAVAIL: 'unavailable',
  ENOTFOUND: 'unavailable',
  EAI_AGAIN: 'unavailable',

  // The disk of the embedded database. A COMMIT that failed has been rolled back: no other connection sees its rows.
  SQLITE_FULL: 'unavailable',
  SQLITE_IOERR: 'unavailable',
  SQLITE_NOMEM: 'unavailable',
  SQLITE_CANTOPEN: 'unavailable',
  SQLITE_READONLY: 'unavailable',
  SQLITE_PERM: 'unavailable',
  SQLITE_PROTOCOL: 'unavailable',
  ENOSPC: 'unavailable',
  EDQUOT: 'unavailable',
  EIO: 'unavailable',
  EROFS: 'unavailable',
  EACCES: 'unavailable',
  EMFILE: 'unavailable',
  ENFILE: 'unavailable',
};

const ACCESS_DENIED = new Set(['ER_ACCESS_DENIED_ERROR', 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR']);

/** The driver's code, from the error itself or from the one that TypeORM wrapped. */
function codeOf(error: unknown): string {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  const found = driverError?.code ?? code;
  return typeof found === 'string' ? found : '';
}

function meaningOf(error: unknown): Meaning | undefined {
  const code = codeOf(error);
  // SQLite's extended codes begin with the plain one: `SQLITE_IOERR_FSYNC` is a `SQLITE_IOERR`.
  const meaning = MEANINGS[code] ?? MEANINGS[/^SQLITE_[A-Z]+/.exec(code)?.[0] ?? ''];
  if (meaning) return meaning;
  if (error instanceof TimeoutError) return 'interrupted';
  // mysql2 gives no code for these two.
  const { message = '' } = (error ?? {}) as Partial<Error>;
  if (/closed state/.test(message)) return 'interrupted';
  return /Pool is closed/.test(message) ? 'unavailable' : undefined;
}

/** The transaction lost a conflict with another one and changed nothing: run it again. */
export function isConflict(error: unknown): boolean {
  return meaningOf(error) === 'conflict';
}

/** The transaction did not get a lock in time. */
export function isLockWait(error: unknown): boolean {
  return codeOf(error) === 'ER_LOCK_WAIT_TIMEOUT';
}

/** A unique key refused the row. */
export function isUniqueViolation(error: unknown): boolean {
  return meaningOf(error) === 'duplicate';
}

/** MySQL refused the new values of a row. */
export function isConstraintViolation(error: unknown): boolean {
  return meaningOf(error) === 'refused by row';
}

/** The connection broke or timed out during a statement: the outcome of a commit is unknown. */
export function isInterruption(error: unknown): boolean {
  return meaningOf(error) === 'interrupted';
}

/** The database cannot be reached, is read-only, has no space, refuses the user, or does not answer. */
export function isUnavailable(error: unknown): boolean {
  const meaning = meaningOf(error);
  return meaning === 'unavailable' || meaning === 'interrupted';
}

/** MySQL refused the user or the password. */
export function isAccessDenied(error: unknown): boolean {
  return ACCESS_DENIED.has(codeOf(error));
}
