import { type MigrationInterface, type QueryRunner } from 'typeorm';

const COLUMNS = {
  status: "varchar(16) NOT NULL DEFAULT 'ACTIVE'",
  max_refused_demand: 'integer NULL',
};

/** Products that are not ordered again, and those that are not sold any more; a cap on refused demand for each product. */
export class EndProducts1765600000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // MySQL commits each statement: a migration that was killed finds its first column.
    for (const [name, type] of Object.entries(COLUMNS)) {
      if (await queryRunner.hasColumn('product', name)) continue;
      await queryRunner.query(`ALTER TABLE product ADD COLUMN ${name} ${type}`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const name of Object.keys(COLUMNS)) {
      await queryRunner.query(`ALTER TABLE product DROP COLUMN ${name}`);
    }
  }
}
