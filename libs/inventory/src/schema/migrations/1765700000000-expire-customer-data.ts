import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How far the addresses of old sales are erased. */
export class ExpireCustomerData1765700000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      `CREATE TABLE IF NOT EXISTS customer_data_expiry (
        id integer PRIMARY KEY NOT NULL,
        sale_id varchar(36) NOT NULL
      )`,
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('customer_data_expiry', true);
  }
}
