import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  HttpStatus,
  Logger,
} from '@nestjs/common';
import { type FastifyReply, type FastifySchemaValidationError } from 'fastify';

/** The body of every answer that is an error. */
export interface ErrorAnswer {
  statusCode: number;
  message: string;
  /** Every fault of the request, where there may be several. */
  errors: string[];
}

/** Answers every error as JSON. What is not the client's fault goes to the log alone. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const answer = this.answerTo(error);
    if (!reply.sent) void reply.code(answer.statusCode).send(answer);
  }

  private answerTo(error: unknown): ErrorAnswer {
    const validation = (error as { validation?: FastifySchemaValidationError[] } | undefined)?.validation;
    if (validation) return badRequest(validation.map(describeFault));
    if (error instanceof HttpException) {
      const { message } = error.getResponse() as { message?: string | string[] };
      if (Array.isArray(message)) return badRequest(message);
      return { statusCode: error.getStatus(), message: message ?? error.message, errors: [] };
    }
    this.logger.error(error);
    return { statusCode: HttpStatus.INTERNAL_SERVER_ERROR, message: 'Internal server error', errors: [] };
  }
}

function badRequest(errors: string[]): ErrorAnswer {
  return { statusCode: HttpStatus.BAD_REQUEST, message: 'The request is not usable', errors };
}

function describeFault({ instancePath, keyword, message, params }: FastifySchemaValidationError): string {
  if (keyword === 'additionalProperties')
    return `${String(params.additionalProperty).slice(0, 100)} is unknown`;
  if (keyword === 'required') return `${String(params.missingProperty)} is missing`;
  return `${instancePath.slice(1) || 'the body'} ${message ?? 'is not usable'}`;
}
