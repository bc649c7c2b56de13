import { hash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../schema/data-source-options.js';
import { mysqlSchemaText } from './mysql-schema-text.js';

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

type Kind = 'embedded' | 'mysql';

/** The databases that a spec runs on: the embedded one always, MySQL when `TEST_MYSQL_URL` names a server. */
export const TEST_DATABASES: readonly Kind[] = process.env.TEST_MYSQL_URL
  ? ['embedded', 'mysql']
  : ['embedded'];

const MIGRATIONS_FOLDER = join(import.meta.dirname, '../schema/migrations');

/**
 * An empty database of its own for one spec file, with the newest schema. Migrations take long on MySQL: they run once for each
 * state of their code, and what they made is copied.
 */
export async function createTestDatabase(kind: Kind): Promise<TestDatabase> {
  const template = join(tmpdir(), `donut-states-${kind}-${migrationsDigest()}`);
  if (!existsSync(template)) await makeTemplate(kind, template);
  const database = await createDatabase(kind);
  if (kind === 'embedded') await copyFile(template, database.url);
  else await execute(database.url, await readFile(template, 'utf8'));
  return database;
}

/** The same, by the migrations themselves. */
export async function createMigratedDatabase(kind: Kind): Promise<TestDatabase> {
  const database = await createDatabase(kind);
  const dataSource = await openDatabase(database.url);
  await dataSource.runMigrations();
  await dataSource.destroy();
  return database;
}

/** One connection to a database of the product. */
export async function openDatabase(url: string): Promise<DataSource> {
  return new DataSource(dataSourceOptions({ url, poolSize: 1 })).initialize();
}

/** Migrations import nothing of the project. */
function migrationsDigest(): string {
  const files = readdirSync(MIGRATIONS_FOLDER).sort();
  return hash(
    'sha256',
    files.map((file) => readFileSync(join(MIGRATIONS_FOLDER, file), 'utf8')).join(),
  ).slice(0, 16);
}

/** Specs in other processes may make it as well: each finds all of it or nothing. */
async function makeTemplate(kind: Kind, template: string): Promise<void> {
  const database = await createMigratedDatabase(kind);
  const unfinished = `${template}.${randomBytes(6).toString('hex')}`;
  if (kind === 'embedded') await copyFile(database.url, unfinished);
  else await writeFile(unfinished, await mysqlSchemaText(database.url));
  await rename(unfinished, template);
  await database.drop();
}

async function createDatabase(kind: Kind): Promise<TestDatabase> {
  return kind === 'embedded' ? createFile() : createSchema(process.env.TEST_MYSQL_URL!);
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
  await execute(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => execute(serverUrl, `DROP DATABASE ${name}`) };
}

/** @param statements one or more, with semicolons between them */
async function execute(url: string, statements: string): Promise<void> {
  const server = await new DataSource({ type: 'mysql', url, multipleStatements: true }).initialize();
  await server.query(statements).finally(() => server.destroy());
}
