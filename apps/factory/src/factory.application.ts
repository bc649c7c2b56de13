import { type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type FactorySettings } from './app.module.js';

const BODY_LIMIT_BYTES = 65_536;

/** The factory, ready to listen. Closing it cuts the connections that hang. */
export async function createFactory(
  settings: FactorySettings,
  logger: LoggerService | false,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        allErrors: true,
        // Counts come as numbers or as text.
        allowUnionTypes: true,
      },
    },
  });
  return NestFactory.create<NestFastifyApplication>(AppModule.with(settings), adapter, {
    logger,
    // Nest's own parsers would take orders from HTML forms too.
    bodyParser: false,
    abortOnError: false,
  });
}
