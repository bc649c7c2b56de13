import { createHttpApplication, schemaCompiler } from '#runtime';
import { type LoggerService } from '@nestjs/common';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule, type FactorySettings } from './app.module.js';

const BODY_LIMIT_BYTES = 65_536;

/** Longer than `latencyMs` can be: the factory keeps a client waiting on purpose. */
const IDLE_LIMIT_MS = 660_000;

/** The factory, ready to listen. Closing it cuts the connections that hang. */
export async function createFactory(
  settings: FactorySettings,
  logger: LoggerService | false,
): Promise<NestFastifyApplication> {
  const application = await createHttpApplication(AppModule.with(settings), {
    logger,
    maxConnections: settings.maxConnections,
    // Nest's own parsers would take orders from HTML forms too.
    bodyParser: false,
    server: {
      bodyLimit: BODY_LIMIT_BYTES,
      connectionTimeout: IDLE_LIMIT_MS,
      forceCloseConnections: true,
    },
  });
  const compile = schemaCompiler({
    useDefaults: true,
    // Counts come as numbers or as text.
    allowUnionTypes: true,
  });
  application
    .getHttpAdapter()
    .getInstance()
    .setValidatorCompiler(({ schema }) => compile(schema as object));
  return application;
}
