import fastJsonStringify from 'fast-json-stringify';
import { type FastifyInstance } from 'fastify';

/** Fastify's own serializers, each compiled at its first answer and not at the start. */
export function useLazySerializers(fastify: FastifyInstance): void {
  fastify.setSerializerCompiler(({ schema }) => {
    let compiled: ((answer: unknown) => string) | undefined;
    return (answer) => {
      compiled ??= fastJsonStringify(schema as Parameters<typeof fastJsonStringify>[0]);
      return compiled(answer);
    };
  });
}
