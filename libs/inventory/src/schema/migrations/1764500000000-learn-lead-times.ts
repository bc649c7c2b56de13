import { type MigrationInterface, type QueryRunner } from 'typeorm';

const COLUMNS = ['lead_time_p50_seconds', 'lead_time_p90_seconds'];
const INDEX = 'ix_restock_order_factory';

/** Lead times as they were observed, and the index of the orders from which they are learned. */
export class LearnLeadTimes1764500000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // MySQL commits each statement: a migration that was killed finds its columns.
    for (const name of COLUMNS) {
      if (await queryRunner.hasColumn('factory', name)) continue;
      await queryRunner.query(`ALTER TABLE factory ADD COLUMN ${name} integer NULL`);
    }
    const { indices } = (await queryRunner.getTable('restock_order'))!;
    if (indices.some(({ name }) => name === INDEX)) return;
    await queryRunner.query(`CREATE INDEX ${INDEX} ON restock_order (factory_id, status, closed_at)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex('restock_order', INDEX);
    for (const name of COLUMNS) await queryRunner.query(`ALTER TABLE factory DROP COLUMN ${name}`);
  }
}
