import { InventoryError } from '#inventory';
import { QueueUnavailableError } from '#messaging';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { PATCH_FORMATS } from '../http/body-kinds.js';
import { type ApiErrorCode } from './error-catalogue.js';
import { koreanDetail } from './korean-details.js';
import { KOREAN_CATALOGUE } from './korean-catalogue.js';
import { languageOf } from './language.js';
import { ApiError, type Problem, type Refusal, sendProblem, type Sentence } from './problem.js';
import { schemaFaults, type SchemaError } from './schema-faults.js';

const CODE_OF_STATUS: Record<number, ApiErrorCode> = {
  400: 'REQUEST.MALFORMED',
  404: 'ROUTE.UNKNOWN',
  408: 'REQUEST.TIMEOUT',
  413: 'REQUEST.TOO_LARGE',
  415: 'REQUEST.MEDIA_TYPE',
};

const BROKE_OFF: Sentence = { en: 'The request broke off.', ko: '요청이 끊겼습니다.' };

/** Details in Korean of Fastify's own refusals, which it words in English. */
const KOREAN_OF_CODE: Partial<Record<ApiErrorCode, string>> = {
  'REQUEST.MALFORMED': '본문이 올바른 JSON인지, 길이가 Content-Length와 같은지 확인하세요.',
  'REQUEST.REFUSED': '경로나 헤더를 확인하세요.',
};

/** The only place where errors become HTTP answers. Nothing of a fault of ours reaches the client but its request id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: Error, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const refusal = this.refusalOf(error, request);
    // A client that still sends its body would lose the answer with the connection: Node reads on and forgets it.
    if (refusal.code === 'REQUEST.TOO_LARGE') reply.removeHeader('connection');
    if (refusal.code === 'REQUEST.MEDIA_TYPE' && request.method === 'PATCH') {
      void reply.header('accept-patch', PATCH_FORMATS);
    }
    sendProblem(reply, refusal, (body) => withTutorialMessage(body, request));
  }

  private refusalOf(error: Error, request: FastifyRequest): Refusal {
    if (error instanceof InventoryError) return refusalOfWarehouse(error);
    if (error instanceof ApiError) return error;
    if (error instanceof QueueUnavailableError) {
      this.logger.error(`${request.id} ${error.message}`);
      return { code: 'QUEUE.UNAVAILABLE' };
    }
    // The client disconnected in the middle of its request: this is no fault of ours, and no answer is read.
    if (request.raw.errored === error) return { code: 'REQUEST.MALFORMED', detail: BROKE_OFF };
    if (isSchemaError(error)) {
      return { code: 'REQUEST.INVALID', facts: { errors: schemaFaults(error, languageOf(request)) } };
    }
    if (error instanceof HttpException) {
      const status = error.getStatus();
      // From Fastify and its plugins, such as a path that leads out of the docs: their own words are right for the client.
      const refused = status < 500 ? 'REQUEST.REFUSED' : undefined;
      const code = CODE_OF_STATUS[status] ?? refused;
      if (code)
        return {
          code,
          detail: { en: error.message, ko: KOREAN_OF_CODE[code] ?? KOREAN_CATALOGUE[code].title },
        };
    }
    this.logger.error(
      `${request.id} ${request.method} ${request.routeOptions.url ?? 'no route'}`,
      error.stack,
    );
    return { code: 'SERVER.FAULT', facts: { requestId: request.id } };
  }
}

function refusalOfWarehouse(error: InventoryError): Refusal {
  const { code, message, facts, retryAfterSeconds } = error;
  return { code, detail: { en: message, ko: koreanDetail(error) }, facts, retryAfterSeconds };
}

function isSchemaError(error: Error): error is SchemaError {
  return Array.isArray((error as SchemaError).validation);
}

/** The tutorial's clients read `message`: its two routes say there, too, what is wrong. */
function withTutorialMessage(body: Problem, request: FastifyRequest): Problem & { message?: string } {
  const config = request.routeOptions?.config as { noBodyMessage?: string } | undefined;
  if (!config?.noBodyMessage) return body;
  const hasBody = Number(request.headers['content-length'] ?? 0) > 0 || request.headers['transfer-encoding'];
  const faults = body.errors?.map(({ at, message }) => `${at} ${message}`).join('; ');
  return { ...body, message: hasBody ? (faults ?? body.detail ?? body.title) : config.noBodyMessage };
}
