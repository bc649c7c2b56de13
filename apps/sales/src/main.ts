import 'reflect-metadata';
import { readEnvironment, runApplication } from '#runtime';
import { createSalesApplication } from './application.js';
import { SalesEnvironment } from './environment.js';

await runApplication(async () => {
  const environment = readEnvironment(SalesEnvironment);
  return {
    application: await createSalesApplication(environment),
    listen: {
      host: environment.HOST,
      port: environment.SALES_PORT,
      portVariable: 'SALES_PORT',
      drainDelayMs: environment.DRAIN_DELAY_MS,
    },
  };
});
