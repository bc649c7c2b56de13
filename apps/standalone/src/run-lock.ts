import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartError } from './start-error.js';

/** SQLITE_BUSY: another connection holds the lock. */
const BUSY = 5;

/**
 * One run a data directory. The lock is SQLite's own on an empty file, because the operating system takes that back
 * when its holder dies, however it dies: a file with a process id in it would outlive its process, and the
 * same id soon belongs to another.
 */
export class RunLock {
  /** Whether the last run ended without {@link release}: its processes may still be stopping. */
  readonly previousRunWasKilled: boolean;
  private readonly database: DatabaseSync;
  private readonly marker: string;

  /** @throws StartError when another run holds it */
  constructor(directory: string) {
    this.database = new DatabaseSync(join(directory, 'run.lock'));
    try {
      // A journal file would be the only thing that the lock leaves behind.
      this.database.exec('PRAGMA journal_mode = MEMORY');
      this.database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      this.database.close();
      if ((error as { errcode?: number }).errcode !== BUSY) throw error;
      throw new StartError(
        `Donut-States already runs with the data in ${directory}. ` +
          'Stop that run first (Ctrl-C in its window), or give this one another folder and ports of its own (DATA_DIR, SALES_PORT, ...).',
      );
    }
    this.marker = join(directory, 'run.json');
    this.previousRunWasKilled = existsSync(this.marker);
    writeFileSync(
      this.marker,
      `${JSON.stringify({ pid: process.pid, startedAt: new Date().toISOString() })}\n`,
    );
  }

  release(): void {
    rmSync(this.marker, { force: true });
    this.database.close();
  }
}
