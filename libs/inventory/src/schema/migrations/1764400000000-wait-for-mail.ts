import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Appended by either database without reading a row. */
const COLUMNS: [table: string, name: string, type: string][] = [
  ['notification', 'message', 'json'],
  ['notification', 'next_attempt_at', 'datetime(3)'],
  ['notification', 'waiting_since', 'datetime(3)'],
  ['dead_letter', 'notification_id', 'varchar(36)'],
];

const INDEX = 'ix_notification_next_attempt';

/** Mails that wait for the mail service, and the mail that tells of a dead letter. */
export class WaitForMail1764400000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // MySQL commits each statement: a migration that was killed finds its columns.
    for (const [table, name, type] of COLUMNS) {
      if (await queryRunner.hasColumn(table, name)) continue;
      await queryRunner.query(`ALTER TABLE ${table} ADD COLUMN ${name} ${type} NULL`);
    }
    const { indices } = (await queryRunner.getTable('notification'))!;
    if (indices.some(({ name }) => name === INDEX)) return;
    await queryRunner.query(`CREATE INDEX ${INDEX} ON notification (next_attempt_at)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex('notification', INDEX);
    for (const [table, name] of COLUMNS) await queryRunner.query(`ALTER TABLE ${table} DROP COLUMN ${name}`);
  }
}
