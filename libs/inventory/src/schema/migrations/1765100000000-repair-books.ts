import { type MigrationInterface, type QueryRunner } from 'typeorm';

const TABLE = 'stock_movement';

/** Appended by either database without reading a row. */
const COLUMNS: Record<string, string> = {
  operator: 'varchar(100)',
  corrects: 'varchar(16)',
  audit_entry_id: 'varchar(36)',
};

/** Who adjusted stock, the movements that repair the books, and the checkpoint from which the books are reconciled. */
export class RepairBooks1765100000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // MySQL commits each statement: a migration that was killed finds its columns.
    for (const [name, type] of Object.entries(COLUMNS)) {
      if (await queryRunner.hasColumn(TABLE, name)) continue;
      await queryRunner.query(`ALTER TABLE ${TABLE} ADD COLUMN ${name} ${type} NULL`);
    }
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS reconcile_checkpoint (
        id varchar(16) PRIMARY KEY NOT NULL,
        boundary varchar(36) NOT NULL,
        full_at datetime(3) NULL,
        full_claimed_until datetime(3) NULL
      )`,
    );
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS sku_checkpoint (
        sku varchar(64) PRIMARY KEY NOT NULL,
        moved bigint NOT NULL,
        sold bigint NOT NULL,
        sold_moved bigint NOT NULL,
        received_moved bigint NOT NULL
      )`,
    );
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS reconcile_finding (
        invariant varchar(100) NOT NULL,
        subject varchar(255) NOT NULL,
        PRIMARY KEY (invariant, subject)
      )`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['reconcile_finding', 'sku_checkpoint', 'reconcile_checkpoint']) {
      await queryRunner.dropTable(table, true);
    }
    for (const name of Object.keys(COLUMNS)) {
      await queryRunner.query(`ALTER TABLE ${TABLE} DROP COLUMN ${name}`);
    }
  }
}
