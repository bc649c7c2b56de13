import mysql from 'mysql2/promise';

/** How a MySQL server treats what it has committed. */
export interface Durability {
  version: string;
  /** As the server names them. */
  settings: Record<'innodb_flush_log_at_trx_commit' | 'sync_binlog' | 'log_bin', number>;
}

export async function readDurability(serverUrl: string): Promise<Durability> {
  const connection = await mysql.createConnection(serverUrl);
  try {
    const [[row]] = await connection.query<mysql.RowDataPacket[]>(
      `SELECT @@GLOBAL.version AS version, @@GLOBAL.innodb_flush_log_at_trx_commit AS innodb,
         @@GLOBAL.sync_binlog AS binlog, @@GLOBAL.log_bin AS logging`,
    );
    return {
      version: String(row!.version),
      settings: {
        innodb_flush_log_at_trx_commit: Number(row!.innodb),
        sync_binlog: Number(row!.binlog),
        log_bin: Number(row!.logging),
      },
    };
  } finally {
    await connection.end();
  }
}

/** Whether a commit is on disk, in every log that a restarted server reads, before the client hears of it. */
export function isDurable({ settings }: Durability): boolean {
  const isBinlogSafe = settings.log_bin === 0 || settings.sync_binlog === 1;
  return settings.innodb_flush_log_at_trx_commit === 1 && isBinlogSafe;
}

/** One sentence for people. */
export function durabilityText(durability: Durability): string {
  const settings = Object.entries(durability.settings).map(([name, value]) => `${name}=${value}`);
  const verdict = isDurable(durability)
    ? 'a commit is on disk before it is answered'
    : 'NOT DURABLE: a crash loses sales that were confirmed, and no figure here is that of a durable sale';
  return `MySQL ${durability.version}, ${settings.join(', ')}: ${verdict}`;
}
