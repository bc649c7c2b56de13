import { type Static } from 'typebox';
import { connectForCommand } from './database/connect.js';
import { type SeedEnvironment } from './environment.js';
import { seed } from './product/seed.js';
import { dataSourceOptions, type DatabaseSettings } from './schema/data-source-options.js';
import { migrate, type Migrated } from './schema/migrate.js';

/**
 * Brings the warehouse to the newest schema.
 *
 * @param factory fills an empty warehouse with the shop's donuts and this factory
 * @throws CommandError when the database cannot be reached
 */
export async function migrateWarehouse(
  settings: DatabaseSettings,
  factory?: Static<typeof SeedEnvironment>,
): Promise<Migrated> {
  const dataSource = await connectForCommand(dataSourceOptions(settings));
  try {
    if (!factory) return await migrate(dataSource);
    return await migrate(dataSource, (manager) =>
      seed(manager, {
        factoryApiUrl: factory.FACTORY_API_URL,
        factoryAdapter: factory.FACTORY_ADAPTER,
        factoryLeadTimeSeconds: factory.FACTORY_LEAD_TIME_SECONDS,
        factoryOverdueAfterSeconds: factory.FACTORY_OVERDUE_AFTER_SECONDS,
      }),
    );
  } finally {
    await dataSource.destroy();
  }
}
