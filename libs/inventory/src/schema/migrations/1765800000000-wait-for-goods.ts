import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Appended by either database without reading a row. A version before knows none of them, and needs none. */
const COLUMNS = [
  { table: 'stock_level', name: 'waiting', type: 'integer NOT NULL DEFAULT 0' },
  { table: 'stock_level', name: 'waiting_lines', type: 'integer NOT NULL DEFAULT 0' },
  { table: 'stock_level', name: 'last_ticket', type: 'integer NOT NULL DEFAULT 0' },
  { table: 'sale', name: 'changed_at', type: 'datetime(3) NULL' },
];

const INDEXES = [
  { table: 'waiting_line', name: 'ix_waiting_line_open', columns: 'sku, outcome, ticket' },
  { table: 'waiting_line', name: 'ix_waiting_line_sku', columns: 'sku, sale_id' },
  { table: 'waiting_line', name: 'ix_waiting_line_wait_until', columns: 'outcome, wait_until' },
  { table: 'returned_line', name: 'ix_returned_line_sku', columns: 'sku' },
];

/** The waitlist: sales that wait for goods, in the order of their SKU, and sales whose units came back. */
export class WaitForGoods1765800000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // MySQL commits each statement: a migration that was killed finds its first columns.
    for (const { table, name, type } of COLUMNS) {
      if (await queryRunner.hasColumn(table, name)) continue;
      await queryRunner.query(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`);
    }
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS waiting_line (
        sale_id varchar(36) NOT NULL,
        sku varchar(64) NOT NULL,
        ticket integer NOT NULL,
        quantity integer NOT NULL,
        unit_price_krw integer NOT NULL,
        reserved integer NOT NULL,
        sale_skus integer NOT NULL,
        wait_until datetime(3) NOT NULL,
        outcome varchar(16) NULL,
        ended_at datetime(3) NULL,
        movement_id varchar(36) NULL,
        PRIMARY KEY (sale_id, sku)
      )`,
    );
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS returned_line (
        sale_id varchar(36) NOT NULL,
        sku varchar(64) NOT NULL,
        quantity integer NOT NULL,
        movement_id varchar(36) NOT NULL,
        PRIMARY KEY (sale_id, sku)
      )`,
    );
    for (const { table, name, columns } of INDEXES) {
      const { indices } = (await queryRunner.getTable(table))!;
      if (indices.some((index) => index.name === name)) continue;
      await queryRunner.query(`CREATE INDEX ${name} ON ${table} (${columns})`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of ['returned_line', 'waiting_line']) await queryRunner.dropTable(table, true);
    for (const { table, name } of COLUMNS)
      await queryRunner.query(`ALTER TABLE ${table} DROP COLUMN ${name}`);
  }
}
