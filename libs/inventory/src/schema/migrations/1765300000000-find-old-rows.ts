import { type MigrationInterface, type QueryRunner } from 'typeorm';

const INDEXES = [
  { table: 'dead_letter', name: 'ix_dead_letter_resolved_at', columns: 'resolved_at' },
  { table: 'notification', name: 'ix_notification_sent_at', columns: 'sent_at, id' },
  {
    table: 'restock_order_event',
    name: 'ix_restock_order_event_created_at',
    columns: 'created_at, restock_order_id',
  },
  { table: 'delivery_failure', name: 'ix_delivery_failure_failed_at', columns: 'failed_at' },
];

/** The indexes by which old rows are found to be deleted. A sale writes to one of the tables only when it opens a restock order. */
export class FindOldRows1765300000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const { table, name, columns } of INDEXES) {
      // MySQL commits each statement: a migration that was killed finds its first indexes.
      const { indices } = (await queryRunner.getTable(table))!;
      if (indices.some((index) => index.name === name)) continue;
      await queryRunner.query(`CREATE INDEX ${name} ON ${table} (${columns})`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const { table, name } of INDEXES) await queryRunner.dropIndex(table, name);
  }
}
