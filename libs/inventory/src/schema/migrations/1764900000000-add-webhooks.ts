import { type MigrationInterface, type QueryRunner } from 'typeorm';

const INDEXES = {
  uq_webhook_delivery_event:
    'UNIQUE INDEX uq_webhook_delivery_event ON webhook_delivery (endpoint_id, event_id)',
  ix_webhook_delivery_due:
    'INDEX ix_webhook_delivery_due ON webhook_delivery (endpoint_id, status, next_attempt_at)',
  ix_webhook_delivery_status: 'INDEX ix_webhook_delivery_status ON webhook_delivery (status, id)',
  ix_webhook_delivery_created_at: 'INDEX ix_webhook_delivery_created_at ON webhook_delivery (created_at)',
};

/** The endpoints of the shop's own systems, and the events that they are told of. */
export class AddWebhooks1764900000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS webhook_endpoint (
        id varchar(36) PRIMARY KEY NOT NULL,
        url varchar(2000) NOT NULL,
        description varchar(200) NULL,
        event_types json NOT NULL,
        status varchar(16) NOT NULL,
        disabled_reason varchar(200) NULL,
        secret varchar(64) NOT NULL,
        previous_secret varchar(64) NULL,
        previous_secret_until datetime(3) NULL,
        last_sequence integer NOT NULL DEFAULT 0,
        claimed_until datetime(3) NULL,
        woken_at datetime(3) NULL,
        last_delivered_at datetime(3) NULL,
        failures integer NOT NULL DEFAULT 0,
        away_since datetime(3) NULL,
        retry_at datetime(3) NULL,
        told_at datetime(3) NULL,
        created_at datetime(3) NOT NULL
      )`,
    );
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS webhook_delivery (
        id varchar(36) PRIMARY KEY NOT NULL,
        endpoint_id varchar(36) NOT NULL,
        event_id varchar(80) NOT NULL,
        event_type varchar(32) NOT NULL,
        sequence integer NOT NULL,
        body text NOT NULL,
        status varchar(16) NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        last_status integer NULL,
        last_error varchar(500) NULL,
        next_attempt_at datetime(3) NULL,
        last_attempt_at datetime(3) NULL,
        refused_since datetime(3) NULL,
        created_at datetime(3) NOT NULL,
        delivered_at datetime(3) NULL
      )`,
    );
    // MySQL commits each statement: a migration that was killed finds its first indexes.
    const { indices } = (await queryRunner.getTable('webhook_delivery'))!;
    for (const [name, definition] of Object.entries(INDEXES)) {
      if (!indices.some((index) => index.name === name)) await queryRunner.query(`CREATE ${definition}`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('webhook_delivery', true);
    await queryRunner.dropTable('webhook_endpoint', true);
  }
}
