import { type MigrationInterface, type QueryRunner } from 'typeorm';

const COLUMNS = {
  restock_order_id: 'varchar(64) NULL',
  sku: 'varchar(64) NULL',
  factory_id: 'varchar(64) NULL',
  failing_thing: 'varchar(140) NULL',
  open_key: 'varchar(140) NULL',
  copies: 'integer NOT NULL DEFAULT 1',
  last_copy_at: 'datetime(3) NULL',
  edited_body: 'json NULL',
};

const INDEXES = {
  dead_letter: {
    uq_dead_letter_open_key: 'UNIQUE INDEX uq_dead_letter_open_key ON dead_letter (open_key)',
    ix_dead_letter_failing_thing: 'INDEX ix_dead_letter_failing_thing ON dead_letter (failing_thing)',
    ix_dead_letter_sku: 'INDEX ix_dead_letter_sku ON dead_letter (sku)',
  },
  dead_letter_job: {
    ix_dead_letter_job_created_at: 'INDEX ix_dead_letter_job_created_at ON dead_letter_job (created_at)',
    ix_dead_letter_job_due: 'INDEX ix_dead_letter_job_due ON dead_letter_job (status, next_at)',
  },
  dead_letter_job_item: {
    uq_dead_letter_job_item_letter:
      'UNIQUE INDEX uq_dead_letter_job_item_letter ON dead_letter_job_item (job_id, dead_letter_id)',
    ix_dead_letter_job_item_created_at:
      'INDEX ix_dead_letter_job_item_created_at ON dead_letter_job_item (created_at)',
    ix_dead_letter_job_item_outcome:
      'INDEX ix_dead_letter_job_item_outcome ON dead_letter_job_item (job_id, outcome, dead_letter_id)',
  },
};

/** Letters that are read and changed in one go, when those of before are told what they are about. */
const BATCH = 500;

/** What dead letters are about, one of them for one failing thing, jobs that redrive many, and groups that are mute. */
export class WorkOnDeadLetters1765400000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    // MySQL commits each statement: a migration that was killed finds its first columns and indexes.
    const { columns } = (await queryRunner.getTable('dead_letter'))!;
    for (const [name, type] of Object.entries(COLUMNS)) {
      if (columns.some((column) => column.name === name)) continue;
      await queryRunner.query(`ALTER TABLE dead_letter ADD COLUMN ${name} ${type}`);
    }
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS dead_letter_mute (
        queue varchar(64) NOT NULL,
        cause_code varchar(64) NOT NULL,
        muted_until datetime(3) NOT NULL,
        muted_by varchar(100) NOT NULL,
        PRIMARY KEY (queue, cause_code)
      )`,
    );
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS dead_letter_job (
        id varchar(36) PRIMARY KEY NOT NULL,
        action varchar(16) NOT NULL,
        status varchar(16) NOT NULL,
        filter json NOT NULL,
        includes_unsafe boolean NOT NULL DEFAULT 0,
        only_first boolean NOT NULL DEFAULT 0,
        letters_per_second integer NOT NULL,
        note varchar(400) NULL,
        created_at datetime(3) NOT NULL,
        created_by varchar(100) NOT NULL,
        started_by varchar(100) NULL,
        finished_at datetime(3) NULL,
        next_at datetime(3) NULL,
        waits_for varchar(200) NULL
      )`,
    );
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS dead_letter_job_item (
        id varchar(36) PRIMARY KEY NOT NULL,
        job_id varchar(36) NOT NULL,
        dead_letter_id varchar(36) NOT NULL,
        plan varchar(16) NOT NULL,
        outcome varchar(16) NOT NULL,
        circuit varchar(80) NULL,
        created_at datetime(3) NOT NULL,
        done_at datetime(3) NULL
      )`,
    );
    for (const [table, indexes] of Object.entries(INDEXES)) {
      const { indices } = (await queryRunner.getTable(table))!;
      for (const [name, definition] of Object.entries(indexes)) {
        if (!indices.some((index) => index.name === name)) await queryRunner.query(`CREATE ${definition}`);
      }
    }
    await nameSubjects(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('dead_letter_job_item', true);
    await queryRunner.dropTable('dead_letter_job', true);
    await queryRunner.dropTable('dead_letter_mute', true);
    await queryRunner.dropIndex('dead_letter', 'ix_dead_letter_sku');
    await queryRunner.dropIndex('dead_letter', 'ix_dead_letter_failing_thing');
    await queryRunner.dropIndex('dead_letter', 'uq_dead_letter_open_key');
    for (const name of Object.keys(COLUMNS))
      await queryRunner.query(`ALTER TABLE dead_letter DROP COLUMN ${name}`);
  }
}

interface Letter {
  id: string;
  body: string | { raw: string };
}

/** Open letters are found by what they are about, those of before as well. */
async function nameSubjects(queryRunner: QueryRunner): Promise<void> {
  for (let after = ''; ;) {
    const letters = (await queryRunner.query(
      `SELECT id, body FROM dead_letter WHERE status = 'OPEN' AND id > ? ORDER BY id LIMIT ${BATCH}`,
      [after],
    )) as Letter[];
    for (const { id, body } of letters) {
      const { restockOrderId, sku, factoryId } = namesIn(
        typeof body === 'string' ? body : JSON.stringify(body),
      );
      const orders = (await queryRunner.query('SELECT sku, factory_id FROM restock_order WHERE id = ?', [
        restockOrderId,
      ])) as { sku: string; factory_id: string }[];
      await queryRunner.query(
        'UPDATE dead_letter SET restock_order_id = ?, sku = ?, factory_id = ? WHERE id = ?',
        [restockOrderId, orders[0]?.sku ?? sku, orders[0]?.factory_id ?? factoryId, id],
      );
    }
    if (letters.length < BATCH) return;
    after = letters.at(-1)!.id;
  }
}

type Names = Record<'restockOrderId' | 'sku' | 'factoryId', string | null>;

function namesIn(stored: string): Names {
  const nothing = { restockOrderId: null, sku: null, factoryId: null };
  try {
    const { raw } = JSON.parse(stored) as { raw: string };
    const message = JSON.parse(raw) as Record<string, unknown> & { facts?: Record<string, unknown> };
    const text = (name: string) => {
      const value = message[name] ?? message.facts?.[name];
      return typeof value === 'string' && value.length <= 64 ? value : null;
    };
    return { restockOrderId: text('restockOrderId'), sku: text('sku'), factoryId: text('factoryId') };
  } catch {
    return nothing;
  }
}
