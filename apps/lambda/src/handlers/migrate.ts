import 'reflect-metadata';
import { DatabaseEnvironment, databaseSettings, migrateWarehouse, SeedEnvironment } from '#inventory';
import { readEnvironment } from '#runtime';
import { Secrets } from '../secrets.js';

/** Brings the warehouse to the newest schema, and fills an empty one. A deployment calls it before it changes the others. */
export async function migrate(): Promise<{ applied: string[]; filled: boolean }> {
  await Secrets.fromEnvironment().load();
  const settings = databaseSettings(readEnvironment(DatabaseEnvironment), 1);
  return migrateWarehouse(settings, readEnvironment(SeedEnvironment));
}
