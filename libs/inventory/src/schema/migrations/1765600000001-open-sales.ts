import { type MigrationInterface, type QueryRunner } from 'typeorm';

const COLUMNS = ['sales_from', 'sales_until'];

/** When a product is sold. */
export class OpenSales1765600000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // MySQL commits each statement: a migration that was killed finds its first column.
    for (const name of COLUMNS) {
      if (await queryRunner.hasColumn('product', name)) continue;
      await queryRunner.query(`ALTER TABLE product ADD COLUMN ${name} datetime(3) NULL`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of COLUMNS) await queryRunner.query(`ALTER TABLE product DROP COLUMN ${name}`);
  }
}
