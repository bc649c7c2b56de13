import { InventoryError } from '#inventory';
import { QueueUnavailableError } from '#messaging';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest, type FastifySchemaValidationError } from 'fastify';
import { TEXT_FAULTS } from '../text-schema.js';
import { PATCH_FORMATS } from '../http/body-kinds.js';
import { type ApiErrorCode } from './error-catalogue.js';
import { ApiError, type Problem, problem, problemHeaders } from './problem.js';

const CODE_OF_STATUS: Record<number, ApiErrorCode> = {
  400: 'REQUEST.MALFORMED',
  404: 'ROUTE.UNKNOWN',
  408: 'REQUEST.TIMEOUT',
  413: 'REQUEST.TOO_LARGE',
  415: 'REQUEST.MEDIA_TYPE',
};

/** The error of Fastify for a request that breaks its route's schema. */
interface SchemaError extends Error {
  validation: FastifySchemaValidationError[];
  validationContext: string;
}

/** No body that is meant well breaks its schema in so many places. One that is not would get megabytes for an answer. */
const MAX_FAULTS = 200;

/** Of a member that no schema knows. A name can be as long as the body. */
const MAX_NAME_CHARACTERS = 100;

/** The only place where errors become HTTP answers. Nothing of a fault of ours reaches the client but its request id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: Error, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const body = withTutorialMessage(this.problemOf(error, request), request);
    // A client that still sends its body would lose the answer with the connection: Node reads on and forgets it.
    if (body.code === 'REQUEST.TOO_LARGE') reply.removeHeader('connection');
    const retryAfterSeconds = error instanceof ApiError ? error.retryAfterSeconds : undefined;
    if (body.code === 'REQUEST.MEDIA_TYPE' && request.method === 'PATCH') {
      void reply.header('accept-patch', PATCH_FORMATS);
    }
    void reply.code(body.status).headers(problemHeaders(body, retryAfterSeconds)).send(body);
  }

  private problemOf(error: Error, request: FastifyRequest): Problem {
    if (error instanceof InventoryError) return problem(error.code, error.message, error.facts);
    if (error instanceof ApiError) return problem(error.code, error.message);
    if (error instanceof QueueUnavailableError) {
      this.logger.error(`${request.id} ${error.message}`);
      return problem('QUEUE.UNAVAILABLE');
    }
    // The client disconnected in the middle of its request: this is no fault of ours, and no answer is read.
    if (request.raw.errored === error) return problem('REQUEST.MALFORMED', 'The request broke off.');
    if (isSchemaError(error)) return problem('REQUEST.INVALID', undefined, { errors: schemaFaults(error) });
    if (error instanceof HttpException) {
      const status = error.getStatus();
      // From Fastify and its plugins, such as a path that leads out of the docs: their own words are right for the client.
      const refused = status < 500 ? 'REQUEST.REFUSED' : undefined;
      const code = CODE_OF_STATUS[status] ?? refused;
      if (code) return problem(code, error.message);
    }
    this.logger.error(
      `${request.id} ${request.method} ${request.routeOptions.url ?? 'no route'}`,
      error.stack,
    );
    return problem('SERVER.FAULT', undefined, { requestId: request.id });
  }
}

function isSchemaError(error: Error): error is SchemaError {
  return Array.isArray((error as SchemaError).validation);
}

interface Fault {
  at: string;
  message: string;
  /** Of a fault in the body. */
  pointer?: string;
}

function schemaFaults({ validation, validationContext }: SchemaError): Fault[] {
  const faults = validation.slice(0, MAX_FAULTS).map(({ instancePath, message, params }) => {
    const fault = TEXT_FAULTS.get(params.format ?? params.pattern) ?? message;
    const name = params.additionalProperty;
    const unknown = typeof name === 'string' ? `: ${name.slice(0, MAX_NAME_CHARACTERS)}` : '';
    const values = params.allowedValues ?? (typeof params.allowedValue === 'string' && [params.allowedValue]);
    const allowed = Array.isArray(values) ? `: ${values.join(', ')}` : '';
    const at = { at: `${validationContext}${instancePath}`, message: `${fault}${unknown}${allowed}` };
    if (validationContext !== 'body') return at;
    return { ...at, pointer: `${instancePath}${memberOf(params.missingProperty ?? name)}` };
  });
  const unlisted = validation.length - faults.length;
  if (unlisted > 0) faults.push({ at: validationContext, message: `has ${unlisted} faults more` });
  return faults;
}

/** The last part of a JSON Pointer (RFC 6901): the member that is missing or unknown. */
function memberOf(name: unknown): string {
  if (typeof name !== 'string') return '';
  return `/${name.slice(0, MAX_NAME_CHARACTERS).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The tutorial's clients read `message`: its two routes say there, too, what is wrong. */
function withTutorialMessage(body: Problem, request: FastifyRequest): Problem & { message?: string } {
  const config = request.routeOptions?.config as { noBodyMessage?: string } | undefined;
  if (!config?.noBodyMessage) return body;
  const hasBody = Number(request.headers['content-length'] ?? 0) > 0 || request.headers['transfer-encoding'];
  const faults = body.errors?.map(({ at, message }) => `${at} ${message}`).join('; ');
  return { ...body, message: hasBody ? (faults ?? body.detail ?? body.title) : config.noBodyMessage };
}
