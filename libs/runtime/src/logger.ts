import { ConsoleLogger, type LogLevel } from '@nestjs/common';
import Type, { type Static } from 'typebox';

const LEVELS = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const satisfies LogLevel[];

export const LoggerEnvironment = Type.Object({
  LOG_LEVEL: Type.Enum([...LEVELS], {
    default: 'log',
    description: 'the least severe level that is printed',
  }),
  LOG_FORMAT: Type.Enum(['json', 'text'], {
    default: 'json',
    description: 'json: one object a line, for machines; text: for people',
  }),
});

/** Where Nest tells of every module and route as it starts: worth a line to who debugs the start alone. */
const START_CONTEXTS = new Set([
  'InstanceLoader',
  'NestApplication',
  'NestFactory',
  'RouterExplorer',
  'RoutesResolver',
]);

const START_FAILURE_CONTEXT = 'ExceptionHandler';

/** Nest's logger, with a start that is quiet and lines that are short where people read them. */
class ApplicationLogger extends ConsoleLogger {
  override log(message: unknown, ...context: unknown[]): void {
    if (START_CONTEXTS.has(String(context.at(-1)))) super.debug(message, ...context);
    else super.log(message, ...context);
  }

  /** `runApplication` prints the error that prevents a start, once, and Nest does not print it before. */
  override error(message: unknown, ...context: unknown[]): void {
    if (context.at(-1) !== START_FAILURE_CONTEXT) super.error(message, ...context);
  }

  protected override getTimestamp(): string {
    return this.options.json ? super.getTimestamp() : new Date().toTimeString().slice(0, 8);
  }

  protected override formatPid(): string {
    return '';
  }
}

/** The logger that every application hands to Nest, so that all lines have one shape. */
export function createLogger(application: string, settings: Static<typeof LoggerEnvironment>): ConsoleLogger {
  return new ApplicationLogger({
    prefix: application,
    logLevels: LEVELS.slice(0, LEVELS.indexOf(settings.LOG_LEVEL) + 1),
    json: settings.LOG_FORMAT === 'json',
    colors: settings.LOG_FORMAT === 'text' && process.stdout.isTTY === true,
  });
}
