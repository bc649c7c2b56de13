import { type MigrationInterface, type QueryRunner, TableColumn } from 'typeorm';

const TABLE = 'restock_order';

/** Appended by either database without reading a row. */
const COLUMNS: Record<string, string> = {
  next_attempt_at: 'datetime(3)',
  waiting_since: 'datetime(3)',
  attempt_message_id: 'varchar(128)',
};

/** Restock orders that wait for their factory, and the circuits of the calls to other systems. */
export class WaitForFactories1764300000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await changeStatusLength(queryRunner, 32);
    // MySQL commits each statement: a migration that was killed finds its columns.
    for (const [name, type] of Object.entries(COLUMNS)) {
      if (await queryRunner.hasColumn(TABLE, name)) continue;
      await queryRunner.query(`ALTER TABLE ${TABLE} ADD COLUMN ${name} ${type} NULL`);
    }
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS circuit (
        name varchar(64) PRIMARY KEY NOT NULL,
        state varchar(16) NOT NULL,
        failures integer NOT NULL DEFAULT 0,
        opened_at datetime(3) NULL,
        retry_at datetime(3) NULL,
        probe varchar(36) NULL,
        reason varchar(500) NULL,
        told_at datetime(3) NULL,
        next_call_at datetime(3) NULL
      )`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('circuit', true);
    await queryRunner.query(
      `UPDATE ${TABLE} SET status = 'REQUESTED' WHERE status IN ('WAITING_FOR_FACTORY', 'UNCONFIRMED')`,
    );
    for (const name of Object.keys(COLUMNS)) {
      await queryRunner.query(`ALTER TABLE ${TABLE} DROP COLUMN ${name}`);
    }
    await changeStatusLength(queryRunner, 16);
  }
}

/** TypeORM would drop the column of MySQL and add another one. */
async function changeStatusLength(queryRunner: QueryRunner, length: number): Promise<void> {
  if (queryRunner.connection.options.type === 'mysql') {
    await queryRunner.query(`ALTER TABLE ${TABLE} MODIFY status varchar(${length}) NOT NULL`);
    return;
  }
  const column = new TableColumn({ name: 'status', type: 'varchar', length: String(length) });
  await queryRunner.changeColumn(TABLE, 'status', column);
}
