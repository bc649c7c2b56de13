import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How orders reach each factory. */
export class ChooseFactoryAdapters1764600000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // MySQL commits each statement: a migration that was killed finds its column.
    if (await queryRunner.hasColumn('factory', 'adapter')) return;
    await queryRunner.query(
      "ALTER TABLE factory ADD COLUMN adapter varchar(16) NOT NULL DEFAULT 'legacy-http'",
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE factory DROP COLUMN adapter');
  }
}
