import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Answers to writes under an idempotency key, for their repeats. */
export class KeepKeyedRequests1764120000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const isMysql = queryRunner.connection.options.type === 'mysql';
    // MySQL commits each statement: a migration that was killed finds its table. It has its index from the same statement.
    const index = 'INDEX ix_keyed_request_created_at';
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS keyed_request (
        id varchar(43) PRIMARY KEY NOT NULL,
        request_fingerprint varchar(64) NOT NULL,
        status integer NOT NULL,
        headers json NOT NULL,
        body json NOT NULL,
        created_at datetime(3) NOT NULL
        ${isMysql ? `, ${index} (created_at)` : ''}
      )`,
    );
    if (!isMysql) {
      await queryRunner.query(
        `CREATE ${index.replace('INDEX', 'INDEX IF NOT EXISTS')} ON keyed_request (created_at)`,
      );
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('keyed_request', true);
  }
}
