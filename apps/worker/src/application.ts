import { createLogger, HTTP_SERVER_LIMITS } from '#runtime';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { type WorkerEnvironment } from './environment.js';

/** The worker, ready to listen: for health and metrics alone. Its work comes from the queues. */
export async function createWorkerApplication(
  environment: WorkerEnvironment,
): Promise<NestFastifyApplication> {
  return NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(environment),
    new FastifyAdapter({ http: HTTP_SERVER_LIMITS }),
    {
      logger: createLogger('worker', environment),
      abortOnError: false,
    },
  );
}
