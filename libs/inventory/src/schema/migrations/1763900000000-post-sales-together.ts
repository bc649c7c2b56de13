import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Sales that are committed together have one movement a SKU; a sale names it. Null where each had its own. */
export class PostSalesTogether1763900000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // MySQL commits each statement: a migration that was killed half way finds its column.
    if (await queryRunner.hasColumn('sale', 'posting_id')) return;
    // TypeORM would copy the whole table of SQLite; either database appends a column without reading a row.
    await queryRunner.query('ALTER TABLE sale ADD COLUMN posting_id varchar(36) NULL');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE sale DROP COLUMN posting_id');
  }
}
