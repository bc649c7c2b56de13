import { type DataSource } from 'typeorm';
import { cpuMicros, listenerPid } from './process-cpu.js';

const LOCAL_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

/** The counters of a MySQL server. They count all clients: no other client may use the server meanwhile. */
export interface DatabaseCounters {
  /** `null` when the server does not tell. */
  fsyncs: number | null;
  /** `null` when the server runs elsewhere, or belongs to a user whose processes this one may not read. */
  cpuMicros: number | null;
}

/** Reads the counters of the server behind one of its databases. */
export class MysqlCounters {
  private readonly pid: number | null;

  constructor(
    private readonly dataSource: DataSource,
    url: string,
  ) {
    const { hostname, port } = new URL(url);
    this.pid = LOCAL_HOSTS.includes(hostname) ? listenerPid(Number(port || 3306), 'mysqld') : null;
  }

  async read(): Promise<DatabaseCounters> {
    return {
      fsyncs: await this.fsyncs(),
      cpuMicros: this.pid === null ? null : cpuMicros(this.pid),
    };
  }

  /**
   * Those that a commit waits for: of the redo log, which InnoDB counts itself, and of the binary log, whose only
   * count is that of the file's operations that neither read nor write. At sync_binlog=1 that is one for each group of
   * commits. Pages that are written back later are no part of a sale.
   */
  private async fsyncs(): Promise<number | null> {
    try {
      const [row] = await this.dataSource.query<{ redo: string; binlog: string }[]>(
        `SELECT
           (SELECT VARIABLE_VALUE FROM performance_schema.global_status
            WHERE VARIABLE_NAME = 'Innodb_os_log_fsyncs') AS redo,
           (SELECT COUNT_MISC FROM performance_schema.file_summary_by_event_name
            WHERE EVENT_NAME = 'wait/io/file/sql/binlog') AS binlog`,
      );
      const fsyncs = Number(row!.redo) + Number(row!.binlog);
      return Number.isFinite(fsyncs) ? fsyncs : null;
    } catch {
      return null;
    }
  }
}
