import mysql from 'mysql2';
import { DataSource, type ObjectLiteral } from 'typeorm';

/** Statements that make the tables of a database, and the few rows in them, in an empty one. */
export async function mysqlSchemaText(url: string): Promise<string> {
  const database = await new DataSource({ type: 'mysql', url }).initialize();
  const statements: string[] = [];
  try {
    for (const table of await database.query<ObjectLiteral[]>('SHOW TABLES')) {
      const [name] = Object.values(table) as [string];
      const [created] = await database.query<[ObjectLiteral]>(`SHOW CREATE TABLE ${name}`);
      statements.push(created['Create Table'] as string);
      const rows = await database.query<ObjectLiteral[]>(`SELECT * FROM ${name}`);
      // Those of a migration, and of a generated column: plain values.
      for (const row of rows) statements.push(`INSERT INTO ${name} SET ${mysql.escape(row)}`);
    }
  } finally {
    await database.destroy();
  }
  return statements.join(';\n');
}
