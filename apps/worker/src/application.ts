import { createHttpApplication, createLogger } from '#runtime';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { type WorkerEnvironment } from './environment.js';

/** The worker, ready to listen. It listens only for health checks and metrics: its work comes from the queues. */
export async function createWorkerApplication(
  environment: WorkerEnvironment,
): Promise<NestFastifyApplication> {
  return createHttpApplication(AppModule.forRoot(environment), {
    logger: createLogger('worker', environment),
    maxConnections: environment.MAX_CONNECTIONS,
  });
}
