import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** A mail that often failed goes behind the others. */
export class CountMailAttempts1764700000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // MySQL commits each statement: a migration that was killed finds its column.
    if (await queryRunner.hasColumn('notification', 'failed_attempts')) return;
    await queryRunner.query('ALTER TABLE notification ADD COLUMN failed_attempts integer NOT NULL DEFAULT 0');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE notification DROP COLUMN failed_attempts');
  }
}
