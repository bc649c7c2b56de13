import { Ajv, type Options } from 'ajv';
import addFormats from 'ajv-formats';
import { type FastifyInstance } from 'fastify';

const OPTIONS: Options = { allErrors: true, removeAdditional: false, useDefaults: true, strict: false };

/**
 * Fastify's compiled schemas, as the only validation there is: a body is taken as it is, and refused with all of
 * its faults; queries, parameters and headers are text, and are converted.
 */
export function useValidation(fastify: FastifyInstance): void {
  const bodies = addFormats.default(new Ajv({ ...OPTIONS, coerceTypes: false }));
  const texts = addFormats.default(new Ajv({ ...OPTIONS, coerceTypes: true }));
  fastify.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? bodies : texts).compile(schema as object),
  );
}
