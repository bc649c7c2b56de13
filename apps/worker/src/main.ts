import 'reflect-metadata';
import { readEnvironment, runApplication } from '#runtime';
import { createWorkerApplication } from './application.js';
import { WorkerEnvironment } from './environment.js';

await runApplication(async () => {
  const environment = readEnvironment(WorkerEnvironment);
  return {
    application: await createWorkerApplication(environment),
    listen: {
      host: environment.HOST,
      port: environment.WORKER_PORT,
      portVariable: 'WORKER_PORT',
      drainDelayMs: environment.DRAIN_DELAY_MS,
    },
  };
});
