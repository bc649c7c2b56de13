import { type MigrationInterface, type QueryRunner } from 'typeorm';

const COLUMNS = [
  ['product', 'max_per_customer', 'integer NULL'],
  ['product', 'customer_window_seconds', 'integer NULL'],
  ['sale', 'customer_key', 'varchar(64) NULL'],
] as const;

const TABLE = 'customer_purchase';

const INDEX = 'ix_customer_purchase_window_ends_at';

/** How many units of a product one customer may buy. */
export class LimitCustomers1765600000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // MySQL commits each statement: a migration that was killed finds its first columns.
    for (const [table, name, type] of COLUMNS) {
      if (await queryRunner.hasColumn(table, name)) continue;
      await queryRunner.query(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`);
    }
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS ${TABLE} (
        sku varchar(64) NOT NULL,
        customer_key varchar(64) NOT NULL,
        window_started_at datetime(3) NOT NULL,
        window_ends_at datetime(3) NULL,
        units integer NOT NULL,
        max_units integer NOT NULL,
        CONSTRAINT ${quoted(queryRunner, 'ck_customer_purchase_units')} CHECK (units <= max_units),
        PRIMARY KEY (sku, customer_key)
      )`,
    );
    const { indices } = (await queryRunner.getTable(TABLE))!;
    if (indices.some((index) => index.name === INDEX)) return;
    await queryRunner.query(`CREATE INDEX ${INDEX} ON ${TABLE} (window_ends_at)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable(TABLE, true);
    for (const [table, name] of COLUMNS) await queryRunner.query(`ALTER TABLE ${table} DROP COLUMN ${name}`);
  }
}

/** TypeORM finds a check in the text of SQLite by its name in quotes. */
function quoted(queryRunner: QueryRunner, name: string): string {
  return queryRunner.connection.driver.escape(name);
}
