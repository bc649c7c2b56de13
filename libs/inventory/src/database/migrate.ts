import { type DataSource, type EntityManager } from 'typeorm';

/** How long a second migration waits for the first, in seconds. */
const TURN_SECONDS = 120;

/** The server's locks are everybody's, and their names have 64 characters at most. */
const LOCK_NAME = `CONCAT('migrate:', LEFT(DATABASE(), 56))`;

export interface Migrated {
  /** Names of the migrations that were missing. */
  applied: string[];
  /** What `fill` said. */
  filled: boolean;
}

/**
 * Brings the database to the newest schema, then lets `fill` write to it in one transaction. Of several callers at
 * once on MySQL each takes its turn. `dataSource` has a pool of one connection: it is the one that holds the turn.
 */
export async function migrate(
  dataSource: DataSource,
  fill: (manager: EntityManager) => Promise<boolean> = async () => false,
): Promise<Migrated> {
  const isMysql = dataSource.options.type === 'mysql';
  if (isMysql) await takeTurn(dataSource);
  try {
    const applied = await dataSource.runMigrations();
    const filled = await dataSource.transaction(fill);
    return { applied: applied.map(({ name }) => name), filled };
  } finally {
    if (isMysql) await dataSource.query(`DO RELEASE_LOCK(${LOCK_NAME})`);
  }
}

/** MySQL commits every statement that changes the schema, so that no transaction keeps two migrations apart. */
async function takeTurn(dataSource: DataSource): Promise<void> {
  const [row] = await dataSource.query<{ taken: string | number | null }[]>(
    `SELECT GET_LOCK(${LOCK_NAME}, ${TURN_SECONDS}) AS taken`,
  );
  if (Number(row?.taken) !== 1) {
    throw new Error(`Another migration of this database did not end within ${TURN_SECONDS} s.`);
  }
}
