import { lazyValidator, schemaCompiler } from '#runtime';
import { type FastifyInstance } from 'fastify';
import { TEXT_FORMATS } from './text-schema.js';

const OPTIONS = { formats: TEXT_FORMATS, removeAdditional: false, useDefaults: true, strict: false };

const NO_QUERY = { type: 'object', properties: {}, additionalProperties: false };

/**
 * Fastify's compiled schemas, as the only validation there is: a body is taken as it is, and refused with all of
 * its faults unless it is large; queries, parameters and headers are text, and are converted.
 *
 * @param isLazy whether a schema is compiled at its first request, and not at the start
 */
export function useValidation(fastify: FastifyInstance, { isLazy = false } = {}): void {
  const compileBody = schemaCompiler({ ...OPTIONS, coerceTypes: false });
  const compileText = schemaCompiler({ ...OPTIONS, coerceTypes: true });
  fastify.setValidatorCompiler(({ schema, httpPart }) => {
    const compile = () => (httpPart === 'body' ? compileBody : compileText)(schema);
    return isLazy ? lazyValidator(compile) : compile();
  });
  fastify.addHook('onRoute', (route) => {
    const { schema } = route;
    // Load balancers and Prometheus may ask for health and metrics as they like.
    if (!schema || schema.hide || schema.querystring || schema.tags?.includes('health')) return;
    route.schema = { ...schema, querystring: NO_QUERY };
  });
}
