import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import Type, { type Static } from 'typebox';

export const LoggerEnvironment = Type.Object({
  LOG_LEVEL: Type.Union(
    ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'].map((level) => Type.Literal(level as LogLevel)),
    { default: 'log', description: 'the least severe level that is printed' },
  ),
  LOG_FORMAT: Type.Union([Type.Literal('json'), Type.Literal('text')], {
    default: 'json',
    description: 'json: one object a line, for machines; text: for people',
  }),
});

const LEVELS: LogLevel[] = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'];

/** The logger that every application hands to Nest, so that all lines have one shape. */
export function createLogger(application: string, settings: Static<typeof LoggerEnvironment>): ConsoleLogger {
  return new ConsoleLogger({
    prefix: application,
    logLevels: LEVELS.slice(0, LEVELS.indexOf(settings.LOG_LEVEL) + 1),
    json: settings.LOG_FORMAT === 'json',
    colors: settings.LOG_FORMAT === 'text' && process.stdout.isTTY,
  });
}
