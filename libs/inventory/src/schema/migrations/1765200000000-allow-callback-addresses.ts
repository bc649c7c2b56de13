import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The addresses from which the callbacks of a factory may come. */
export class AllowCallbackAddresses1765200000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // MySQL commits each statement: a migration that was killed finds its column.
    if (await queryRunner.hasColumn('factory', 'callback_addresses')) return;
    await queryRunner.query('ALTER TABLE factory ADD COLUMN callback_addresses json NULL');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE factory DROP COLUMN callback_addresses');
  }
}
