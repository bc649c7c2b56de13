import 'reflect-metadata';
import { readEnvironment, runApplication } from '#runtime';
import { createSalesApplication } from './application.js';
import { SalesEnvironment } from './environment.js';

await runApplication(async () => {
  const environment = readEnvironment(SalesEnvironment);
  const { application, adminPort } = await createSalesApplication(environment);
  return {
    application,
    listen: {
      host: environment.HOST,
      port: environment.SALES_PORT,
      portVariable: 'SALES_PORT',
      ...(adminPort && {
        admin: { server: adminPort, port: environment.ADMIN_PORT!, portVariable: 'ADMIN_PORT' },
      }),
      drainDelayMs: environment.DRAIN_DELAY_MS,
    },
  };
});
