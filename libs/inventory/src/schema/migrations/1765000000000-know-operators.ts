import { type MigrationInterface, type QueryRunner } from 'typeorm';

const INDEXES = {
  api_key: {
    uq_api_key_name: 'UNIQUE INDEX uq_api_key_name ON api_key (name)',
    uq_api_key_digest: 'UNIQUE INDEX uq_api_key_digest ON api_key (digest)',
    uq_api_key_previous_digest: 'UNIQUE INDEX uq_api_key_previous_digest ON api_key (previous_digest)',
  },
  audit_entry: {
    ix_audit_entry_subject: 'INDEX ix_audit_entry_subject ON audit_entry (subject_type, subject_id)',
    ix_audit_entry_actor: 'INDEX ix_audit_entry_actor ON audit_entry (actor)',
  },
};

/** Named keys for operators, and what each of them did. */
export class KnowOperators1765000000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS api_key (
        id varchar(36) PRIMARY KEY NOT NULL,
        name varchar(64) NOT NULL,
        role varchar(16) NOT NULL,
        digest varchar(64) NOT NULL,
        previous_digest varchar(64) NULL,
        previous_until datetime(3) NULL,
        created_at datetime(3) NOT NULL,
        created_by varchar(64) NOT NULL,
        revoked_at datetime(3) NULL,
        last_used_at datetime(3) NULL
      )`,
    );
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS audit_entry (
        id varchar(36) PRIMARY KEY NOT NULL,
        at datetime(3) NOT NULL,
        actor varchar(100) NOT NULL,
        action varchar(64) NOT NULL,
        subject_type varchar(32) NOT NULL,
        subject_id varchar(140) NOT NULL,
        note varchar(500) NULL,
        old_values json NULL,
        new_values json NULL
      )`,
    );
    // MySQL commits each statement: a migration that was killed finds its first indexes.
    for (const [table, indexes] of Object.entries(INDEXES)) {
      const { indices } = (await queryRunner.getTable(table))!;
      for (const [name, definition] of Object.entries(indexes)) {
        if (!indices.some((index) => index.name === name)) await queryRunner.query(`CREATE ${definition}`);
      }
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('audit_entry', true);
    await queryRunner.dropTable('api_key', true);
  }
}
