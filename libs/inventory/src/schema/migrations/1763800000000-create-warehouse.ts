import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Statements that both databases understand, once names are quoted in the database's own way. MySQL commits each, so
 * a migration that was killed half way is run again over what it left. MySQL alone has no `INDEX IF NOT EXISTS`.
 */
const TABLES = [
  `CREATE TABLE IF NOT EXISTS "factory" (
    "id" varchar(32) PRIMARY KEY NOT NULL,
    "name" varchar(200) NOT NULL,
    "manager_email" varchar(254) NOT NULL,
    "api_url" varchar(500) NOT NULL,
    "lead_time_seconds" integer NOT NULL,
    "overdue_after_seconds" integer NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS "product" (
    "sku" varchar(64) PRIMARY KEY NOT NULL,
    "name" varchar(200) NOT NULL,
    "price_krw" integer NOT NULL,
    "factory_id" varchar(32) NOT NULL,
    "reorder_point" integer NOT NULL,
    "target_level" integer NOT NULL,
    "lot_size" integer NOT NULL,
    "max_per_sale" integer NOT NULL,
    "ad_manager_email" varchar(254) NOT NULL
  )`,
  `CREATE TABLE IF NOT EXISTS "stock_level" (
    "sku" varchar(64) PRIMARY KEY NOT NULL,
    "on_hand" integer NOT NULL,
    "reserved" integer NOT NULL DEFAULT 0,
    "on_order" integer NOT NULL DEFAULT 0,
    "refused_demand" integer NOT NULL DEFAULT 0,
    CONSTRAINT "ck_stock_level_on_hand" CHECK ("on_hand" >= 0),
    CONSTRAINT "ck_stock_level_reserved" CHECK ("reserved" >= 0),
    CONSTRAINT "ck_stock_level_on_order" CHECK ("on_order" >= 0)
  )`,
  `CREATE TABLE IF NOT EXISTS "stock_movement" (
    "id" varchar(36) PRIMARY KEY NOT NULL,
    "sku" varchar(64) NOT NULL,
    "delta" integer NOT NULL,
    "reason" varchar(16) NOT NULL,
    "reference" varchar(255) NOT NULL,
    "balance_after" integer NOT NULL,
    "created_at" datetime(3) NOT NULL
  )`,
  `CREATE INDEX IF NOT EXISTS "ix_stock_movement_sku" ON "stock_movement" ("sku", "created_at")`,
  `CREATE TABLE IF NOT EXISTS "sale" (
    "id" varchar(36) PRIMARY KEY NOT NULL,
    "idempotency_key" varchar(255),
    "request_fingerprint" varchar(64) NOT NULL,
    "status" varchar(16) NOT NULL,
    "customer_email" varchar(254),
    "created_at" datetime(3) NOT NULL
  )`,
  `CREATE UNIQUE INDEX IF NOT EXISTS "uq_sale_idempotency_key" ON "sale" ("idempotency_key")`,
  `CREATE TABLE IF NOT EXISTS "sale_line" (
    "sale_id" varchar(36) NOT NULL,
    "sku" varchar(64) NOT NULL,
    "quantity" integer NOT NULL,
    "unit_price_krw" integer NOT NULL,
    PRIMARY KEY ("sale_id", "sku")
  )`,
  `CREATE TABLE IF NOT EXISTS "restock_order" (
    "id" varchar(36) PRIMARY KEY NOT NULL,
    "sku" varchar(64) NOT NULL,
    "factory_id" varchar(32) NOT NULL,
    "quantity" integer NOT NULL,
    "received_quantity" integer NOT NULL DEFAULT 0,
    "status" varchar(16) NOT NULL,
    "open_sku" varchar(64),
    "attempts" integer NOT NULL DEFAULT 0,
    "attempt_until" datetime(3),
    "last_error" varchar(500),
    "requested_at" datetime(3) NOT NULL,
    "ordered_at" datetime(3),
    "expected_at" datetime(3),
    "deadline_at" datetime(3),
    "closed_at" datetime(3),
    CONSTRAINT "ck_restock_order_open_sku"
      CHECK (("status" IN ('RECEIVED', 'CANCELLED')) = ("open_sku" IS NULL))
  )`,
  `CREATE UNIQUE INDEX IF NOT EXISTS "uq_restock_order_open_sku" ON "restock_order" ("open_sku")`,
  `CREATE INDEX IF NOT EXISTS "ix_restock_order_sku" ON "restock_order" ("sku", "requested_at")`,
  `CREATE INDEX IF NOT EXISTS "ix_restock_order_status" ON "restock_order" ("status", "deadline_at")`,
  `CREATE TABLE IF NOT EXISTS "restock_order_event" (
    "id" varchar(36) PRIMARY KEY NOT NULL,
    "restock_order_id" varchar(36) NOT NULL,
    "kind" varchar(16) NOT NULL,
    "detail" varchar(500) NOT NULL,
    "created_at" datetime(3) NOT NULL
  )`,
  `CREATE INDEX IF NOT EXISTS "ix_restock_order_event_order" ON "restock_order_event" ("restock_order_id", "id")`,
  `CREATE TABLE IF NOT EXISTS "goods_receipt" (
    "id" varchar(36) PRIMARY KEY NOT NULL,
    "restock_order_id" varchar(36) NOT NULL,
    "delivery_fingerprint" varchar(64) NOT NULL,
    "quantity" integer NOT NULL,
    "received_at" datetime(3) NOT NULL,
    CONSTRAINT "ck_goods_receipt_quantity" CHECK ("quantity" > 0)
  )`,
  `CREATE UNIQUE INDEX IF NOT EXISTS "uq_goods_receipt_delivery" ON "goods_receipt" ("restock_order_id", "delivery_fingerprint")`,
  `CREATE TABLE IF NOT EXISTS "outbox_message" (
    "id" varchar(36) PRIMARY KEY NOT NULL,
    "queue" varchar(64) NOT NULL,
    "payload" json NOT NULL,
    "created_at" datetime(3) NOT NULL,
    "claimed_until" datetime(3),
    "published_at" datetime(3)
  )`,
  `CREATE INDEX IF NOT EXISTS "ix_outbox_message_unpublished" ON "outbox_message" ("published_at", "id")`,
  `CREATE TABLE IF NOT EXISTS "notification" (
    "id" varchar(36) PRIMARY KEY NOT NULL,
    "kind" varchar(32) NOT NULL,
    "recipient" varchar(254) NOT NULL,
    "subject" varchar(200) NOT NULL,
    "claimed_until" datetime(3),
    "sent_at" datetime(3)
  )`,
  `CREATE TABLE IF NOT EXISTS "dead_letter" (
    "id" varchar(36) PRIMARY KEY NOT NULL,
    "queue" varchar(64) NOT NULL,
    "message_id" varchar(128) NOT NULL,
    "body" json NOT NULL,
    "attributes" json NOT NULL,
    "cause_code" varchar(64) NOT NULL,
    "cause_detail" varchar(500) NOT NULL,
    "attempts" json NOT NULL,
    "status" varchar(16) NOT NULL,
    "opened_at" datetime(3) NOT NULL,
    "resolved_at" datetime(3),
    "resolved_by" varchar(100),
    "resolution_note" varchar(500)
  )`,
  `CREATE UNIQUE INDEX IF NOT EXISTS "uq_dead_letter_message_id" ON "dead_letter" ("message_id")`,
  `CREATE INDEX IF NOT EXISTS "ix_dead_letter_status" ON "dead_letter" ("status", "queue", "cause_code")`,
  `CREATE TABLE IF NOT EXISTS "delivery_failure" (
    "id" varchar(36) PRIMARY KEY NOT NULL,
    "message_id" varchar(128) NOT NULL,
    "receive_count" integer NOT NULL,
    "code" varchar(64) NOT NULL,
    "detail" varchar(500) NOT NULL,
    "failed_at" datetime(3) NOT NULL
  )`,
  `CREATE INDEX IF NOT EXISTS "ix_delivery_failure_message" ON "delivery_failure" ("message_id", "receive_count")`,
];

export class CreateWarehouse1763800000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const isMysql = queryRunner.connection.options.type === 'mysql';
    if (isMysql) {
      // MySQL's default collation takes the idempotency keys "a" and "A" for one. Compare bytes, as SQLite does.
      await queryRunner.query('ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin');
    }
    for (const table of TABLES) {
      // SQLite keeps the text as given, and TypeORM finds a check in it only on one line.
      const statement = table.replace(/\s*\n\s*\)$/, ')').replace(/\s*\n\s*/g, ' ');
      if (isMysql) await executeOnMysql(queryRunner, statement);
      else await queryRunner.query(statement);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const [, table] of TABLES.join('\n').matchAll(/CREATE TABLE IF NOT EXISTS "(\w+)"/g)) {
      await queryRunner.dropTable(table!, true);
    }
  }
}

async function executeOnMysql(queryRunner: QueryRunner, statement: string): Promise<void> {
  const index = /INDEX IF NOT EXISTS "(\w+)" ON "(\w+)"/.exec(statement);
  if (!index) return void (await queryRunner.query(statement.replaceAll('"', '`')));
  const [, name, table] = index;
  const existing = (await queryRunner.query(
    `SELECT 1 FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND table_name = ? AND index_name = ? LIMIT 1`,
    [table, name],
  )) as unknown[];
  if (existing.length > 0) return;
  await queryRunner.query(statement.replace('IF NOT EXISTS ', '').replaceAll('"', '`'));
}
