import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { wantsPage } from '../http/wants-page.js';
import { varyBy } from '../http/vary.js';
import { type ApiErrorCode, ERROR_CATALOGUE } from './error-catalogue.js';
import { KOREAN_CATALOGUE } from './korean-catalogue.js';
import { type Language, languageOf, LANGUAGES } from './language.js';
import { ApiError, PROBLEM_RESPONSES } from './problem.js';

const CodeParameter = Type.Object({
  code: Type.String({
    pattern: '^[A-Z][A-Z_]*\\.[A-Z][A-Z_]*$',
    maxLength: 64,
    description: 'the `code` of an error',
    examples: ['STOCK.INSUFFICIENT'],
  }),
});

const ErrorDescription = Type.Object(
  {
    code: Type.String({ examples: ['STOCK.INSUFFICIENT'] }),
    status: Type.Integer({ description: 'of the answers that have it', examples: [409] }),
    title: Type.String({ examples: [ERROR_CATALOGUE['STOCK.INSUFFICIENT'].title] }),
    advice: Type.String({
      description: 'what a client does about it, in Markdown',
      examples: [ERROR_CATALOGUE['STOCK.INSUFFICIENT'].advice],
    }),
  },
  {
    title: 'ErrorDescription',
    description: 'the error',
    headers: { 'Content-Language': { type: 'string', enum: [...LANGUAGES] } },
  },
);

/** Its own styles alone: nothing on the page can run or load. */
const PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/** What the `type` of every problem leads to. */
@Controller('errors')
export class ErrorsController {
  @Get(':code')
  @RouteSchema({
    tags: ['errors'],
    operationId: 'describeError',
    summary: 'What an error means, and what to do about it',
    description: 'Where the `type` of a problem leads: a page for browsers, JSON for everybody else.',
    params: CodeParameter,
    response: { 200: ErrorDescription, ...PROBLEM_RESPONSES },
    'x-refusals': ['ROUTE.UNKNOWN'],
    'x-page': true,
  })
  describe(
    @Param('code') code: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Static<typeof ErrorDescription> | string {
    if (!Object.hasOwn(ERROR_CATALOGUE, code))
      throw new ApiError('ROUTE.UNKNOWN', {
        en: `There is no error ${code}.`,
        ko: `오류 ${code}은(는) 없습니다.`,
      });
    const language = languageOf(request);
    const description = {
      code,
      ...ERROR_CATALOGUE[code as ApiErrorCode],
      ...(language === 'ko' && KOREAN_CATALOGUE[code as ApiErrorCode]),
    };
    varyBy(reply, 'Accept');
    varyBy(reply, 'Accept-Language');
    void reply.header('content-language', language);
    if (!wantsPage(request)) return description;
    void reply.type('text/html; charset=utf-8').header('content-security-policy', PAGE_POLICY);
    return page(description, language);
  }
}

/** Every text is of the catalogue. */
function page({ code, status, title, advice }: Static<typeof ErrorDescription>, language: Language): string {
  return [
    `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">`,
    `<title>${code}</title><style>body{font:1.1rem/1.5 system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem}</style>`,
    `<h1>${escaped(title)}</h1><p><code>${code}</code>, status ${status}</p>`,
    `<p>${escaped(advice).replace(/`([^`]*)`/g, '<code>$1</code>')}</p></html>\n`,
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
