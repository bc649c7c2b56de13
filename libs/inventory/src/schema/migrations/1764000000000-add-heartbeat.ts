import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The row that shows whether the database takes writes. */
export class AddHeartbeat1764000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // Both databases understand it. MySQL commits each statement: a migration that was killed finds its table.
    await queryRunner.query(
      'CREATE TABLE IF NOT EXISTS heartbeat (id integer PRIMARY KEY NOT NULL, beat_at datetime(3) NOT NULL)',
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('heartbeat', true);
  }
}
