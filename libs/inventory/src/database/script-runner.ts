import { Injectable, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type PoolConnection } from 'mysql2';
import { DataSource } from 'typeorm';
import { onBoundedConnection } from './bounded-connection.js';
import { scriptSourceOptions } from './data-source-options.js';
import { type TimeLimits, TIME_LIMITS } from './database.js';

/**
 * Runs a whole transaction in one trip to MySQL. Nothing of it waits for this process, so that its locks are held for
 * as long as the database works and no longer. Its connections are its own: no slow reader takes them from who sells,
 * and nowhere else may a text hold several statements, of which a value that was not escaped could add one.
 */
@Injectable()
export class ScriptRunner implements OnApplicationShutdown {
  private source: Promise<DataSource> | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Optional() private readonly limits: TimeLimits = TIME_LIMITS,
  ) {}

  /** The embedded database is in this process: there is no trip to save. */
  get isAvailable(): boolean {
    return this.dataSource.options.type === 'mysql';
  }

  /**
   * All statements or, when one of them fails, none. Not tried again.
   *
   * @throws the driver's error of what failed; after an interruption nobody knows whether the script was committed
   */
  async run(statements: readonly string[]): Promise<void> {
    const script = ['START TRANSACTION', ...statements, 'COMMIT'].join(';\n');
    await onBoundedConnection(await this.connected(), this.limits.workMs, async ({ queryRunner }) => {
      const connection = (await queryRunner!.connect()) as PoolConnection;
      try {
        await send(connection, script);
      } catch (error) {
        // MySQL stops at the statement that fails, and leaves the transaction open.
        await send(connection, 'ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await (await this.source)?.destroy();
  }

  private connected(): Promise<DataSource> {
    this.source ??= new DataSource(scriptSourceOptions(this.dataSource.options)).initialize();
    this.source.catch(() => (this.source = undefined));
    return this.source;
  }
}

/** Past TypeORM, which reads the whole of a text for what it might say. */
function send(connection: PoolConnection, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.query(text, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
