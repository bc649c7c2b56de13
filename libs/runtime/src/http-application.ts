import { Module, type DynamicModule, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyHttpOptions } from 'fastify';
import { type Server } from 'node:http';
import { HTTP_TIME_LIMITS, limitClosing, limitConnections } from './http-limits.js';
import { MetricsModule } from './metrics.module.js';
import { answerClientError, type ClientError, noteEarlyAnswers, plainAnswer } from './unfinished-request.js';

export interface HttpApplicationOptions {
  logger: LoggerService | false;
  /** Connections above this are closed as they come. */
  maxConnections: number;
  /** The limits that differ from those of all applications. */
  server?: FastifyHttpOptions<Server>;
  /** Whether Nest's own parsers of bodies are used. @default true */
  bodyParser?: boolean;
}

@Module({})
class HttpApplicationModule {}

/**
 * The one way to make an application that listens: slow clients are cut off, connections are bounded, and closing
 * waits for no client. It has `/metrics`.
 */
export async function createHttpApplication(
  module: DynamicModule | (new () => unknown),
  { logger, maxConnections, server = {}, bodyParser = true }: HttpApplicationOptions,
): Promise<NestFastifyApplication> {
  const { headersTimeout, connectionsCheckingInterval, requestTimeout, ...timeLimits } = HTTP_TIME_LIMITS;
  const adapter = new FastifyAdapter({
    clientErrorHandler: (error: ClientError, socket) => answerClientError(error, socket, plainAnswer(error)),
    ...timeLimits,
    requestTimeout,
    ...server,
    // Node checks when it makes the server that the headers have no more time than the request.
    http: { headersTimeout, connectionsCheckingInterval, requestTimeout, ...server.http },
  });
  noteEarlyAnswers(adapter.getInstance());
  const root = { module: HttpApplicationModule, imports: [MetricsModule, module] };
  const application = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger,
    bodyParser,
    abortOnError: false,
  });
  limitConnections(application, maxConnections);
  limitClosing(application);
  return application;
}
