import { Ajv, type Options } from 'ajv';
import addFormats from 'ajv-formats';
import { type FastifyInstance } from 'fastify';
import { TEXT_FORMATS } from './text.schema.js';

const OPTIONS: Options = { allErrors: true, removeAdditional: false, useDefaults: true, strict: false };

const NO_QUERY = { type: 'object', properties: {}, additionalProperties: false };

/**
 * Fastify's compiled schemas, as the only validation there is: a body is taken as it is, and refused with all of
 * its faults; queries, parameters and headers are text, and are converted.
 */
export function useValidation(fastify: FastifyInstance): void {
  const bodies = validator({ coerceTypes: false });
  const texts = validator({ coerceTypes: true });
  fastify.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? bodies : texts).compile(schema as object),
  );
  fastify.addHook('onRoute', (route) => {
    const { schema } = route;
    // Load balancers and Prometheus may ask for health and metrics as they like.
    if (!schema || schema.hide || schema.querystring || schema.tags?.includes('health')) return;
    route.schema = { ...schema, querystring: NO_QUERY };
  });
}

function validator(options: Options): Ajv {
  const ajv = addFormats.default(new Ajv({ ...OPTIONS, ...options }));
  for (const [name, isValid] of Object.entries(TEXT_FORMATS)) ajv.addFormat(name, isValid);
  return ajv;
}
