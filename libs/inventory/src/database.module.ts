import { EnvironmentError } from '#runtime';
import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { Clock, DatabaseClock } from './database/clock.js';
import { connect } from './database/connect.js';
import { createDatabase } from './database/create-database.js';
import { Database } from './database/database.js';
import { dataSourceOptions, type DatabaseSettings } from './schema/data-source-options.js';

/** Connecting is tried for about half a minute at boot: a database that starts beside us needs as long. */
const CONNECT_ATTEMPTS = 10;
const CONNECT_RETRY_DELAY_MS = 3_000;

/** The connection to the warehouse, for the whole application: {@link Database} and {@link Clock}. */
@Module({})
export class DatabaseModule {
  static forRoot(settings: DatabaseSettings): DynamicModule {
    return {
      module: DatabaseModule,
      // Every feature module needs it, and an application has one.
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => ({
            ...dataSourceOptions(settings),
            retryAttempts: CONNECT_ATTEMPTS,
            retryDelay: CONNECT_RETRY_DELAY_MS,
            toRetry: (error) => !(error instanceof EnvironmentError),
          }),
          dataSourceFactory: (options) => connect(options!),
        }),
      ],
      providers: [
        { provide: Database, inject: [DataSource], useFactory: createDatabase },
        { provide: Clock, useClass: DatabaseClock },
      ],
      exports: [Database, Clock],
    };
  }
}
