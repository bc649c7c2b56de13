import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../schema/data-source-options.js';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** The databases that a spec runs on: the embedded one always, MySQL when `TEST_MYSQL_URL` names a server. */
export const TEST_DATABASES: readonly ('embedded' | 'mysql')[] = process.env.TEST_MYSQL_URL
  ? ['embedded', 'mysql']
  : ['embedded'];

/** An empty database of its own for one spec file, migrated to the newest schema. */
export async function createTestDatabase(kind: 'embedded' | 'mysql'): Promise<TestDatabase> {
  const database = kind === 'embedded' ? await createFile() : await createSchema(process.env.TEST_MYSQL_URL!);
  const dataSource = await openDatabase(database.url);
  await dataSource.runMigrations();
  await dataSource.destroy();
  return database;
}

/** One connection to a database of the product. */
export async function openDatabase(url: string): Promise<DataSource> {
  return new DataSource(dataSourceOptions({ url, poolSize: 1 })).initialize();
}

async function createFile(): Promise<TestDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'donut-states-'));
  return {
    url: join(directory, 'warehouse.sqlite'),
    drop: () => rm(directory, { recursive: true, force: true }),
  };
}

async function createSchema(serverUrl: string): Promise<TestDatabase> {
  const name = `donut_test_${randomBytes(6).toString('hex')}`;
  const execute = async (statement: string) => {
    const server = await new DataSource({ type: 'mysql', url: serverUrl }).initialize();
    await server.query(statement).finally(() => server.destroy());
  };
  await execute(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(`DROP DATABASE ${name}`) };
}
