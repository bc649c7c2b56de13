import { createLogger, runApplication } from '#runtime';
import { faultsOf, readFactoryEnvironment } from './environment.js';
import { createFactory } from './factory-application.js';

await runApplication(async () => {
  const environment = readFactoryEnvironment();
  const application = await createFactory(
    {
      faults: faultsOf(environment),
      stateFile: environment.FACTORY_STATE_FILE,
      webhookKey: environment.FACTORY_WEBHOOK_KEY,
      maxConnections: environment.MAX_CONNECTIONS,
    },
    createLogger('factory', environment),
  );
  return {
    application,
    listen: {
      host: environment.HOST,
      port: environment.FACTORY_PORT,
      portVariable: 'FACTORY_PORT',
      drainDelayMs: environment.DRAIN_DELAY_MS,
    },
  };
});
