import { type DataSource, type EntityManager } from 'typeorm';

/** How long a second migration waits for the first, in seconds. */
const LOCK_WAIT_SECONDS = 120;

/** Advisory locks belong to the server, so that the name contains the database. It may have 64 characters. */
const LOCK_NAME = `CONCAT('migrate:', LEFT(DATABASE(), 56))`;

export interface Migrated {
  /** Names of the migrations that were missing. */
  applied: string[];
  /** What `fill` returned. */
  filled: boolean;
}

/**
 * Brings the database to the newest schema, then lets `fill` write to it in one transaction. On MySQL, concurrent callers
 * wait for each other. `dataSource` has a pool of one connection, which holds the advisory lock.
 */
export async function migrate(
  dataSource: DataSource,
  fill: (manager: EntityManager) => Promise<boolean> = async () => false,
): Promise<Migrated> {
  const isMysql = dataSource.options.type === 'mysql';
  if (isMysql) await acquireLock(dataSource);
  try {
    const applied = await dataSource.runMigrations();
    const filled = await dataSource.transaction(fill);
    return { applied: applied.map(({ name }) => name), filled };
  } finally {
    if (isMysql) await dataSource.query(`DO RELEASE_LOCK(${LOCK_NAME})`);
  }
}

/** MySQL commits every statement that changes the schema, so that a transaction cannot separate two migrations. */
async function acquireLock(dataSource: DataSource): Promise<void> {
  const [row] = await dataSource.query<{ acquired: string | number | null }[]>(
    `SELECT GET_LOCK(${LOCK_NAME}, ${LOCK_WAIT_SECONDS}) AS acquired`,
  );
  if (Number(row?.acquired) !== 1) {
    throw new Error(`Another migration of this database did not end within ${LOCK_WAIT_SECONDS} s.`);
  }
}
