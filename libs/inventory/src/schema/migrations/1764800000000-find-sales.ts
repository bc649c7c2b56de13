import { type MigrationInterface, type QueryRunner } from 'typeorm';

const INDEXES = [
  { table: 'sale', name: 'ix_sale_customer_email', columns: 'customer_email, id' },
  { table: 'sale_line', name: 'ix_sale_line_sku', columns: 'sku, sale_id' },
];

/** The indexes by which operators find the sales of a customer and of a product. Sales go on while MySQL makes them. */
export class FindSales1764800000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const { table, name, columns } of INDEXES) {
      // MySQL commits each statement: a migration that was killed finds its first index.
      const { indices } = (await queryRunner.getTable(table))!;
      if (indices.some((index) => index.name === name)) continue;
      await queryRunner.query(`CREATE INDEX ${name} ON ${table} (${columns})`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const { table, name } of INDEXES) await queryRunner.dropIndex(table, name);
  }
}
