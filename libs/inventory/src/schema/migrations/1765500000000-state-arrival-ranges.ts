import { type MigrationInterface, type QueryRunner } from 'typeorm';

const COLUMNS = {
  factory: { lead_time_quantiles: 'json', lead_time_correction: 'double' },
  restock_order: { expected_from: 'datetime(3)', expected_to: 'datetime(3)' },
};

/** The distribution of the lead times of a factory, and the range that was stated for each order. */
export class StateArrivalRanges1765500000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [table, columns] of Object.entries(COLUMNS)) {
      for (const [name, type] of Object.entries(columns)) {
        // MySQL commits each statement: a migration that was killed finds its columns.
        if (await queryRunner.hasColumn(table, name)) continue;
        await queryRunner.query(`ALTER TABLE ${table} ADD COLUMN ${name} ${type} NULL`);
      }
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const [table, columns] of Object.entries(COLUMNS)) {
      for (const name of Object.keys(columns)) {
        await queryRunner.query(`ALTER TABLE ${table} DROP COLUMN ${name}`);
      }
    }
  }
}
