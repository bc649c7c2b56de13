import swagger from '@fastify/swagger';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { LANGUAGES } from '../problem/language.js';
import { webhookOperations } from './webhooks.js';
import { useDocsPage } from './docs-page.js';
import { INTRODUCTION } from './introduction.js';
import { completed } from './completion.js';

const TAGS = [
  { name: 'sales', description: 'Buying' },
  { name: 'products', description: 'What there is to buy, and how much' },
  { name: 'restock orders', description: 'What is being made, and when it comes' },
  { name: 'factory', description: 'What the factory calls' },
  { name: 'factories', description: 'The factories that goods are ordered from, for operators' },
  { name: 'operations', description: 'For operators, with their key' },
  { name: 'operators', description: 'Who may do what, and who did' },
  { name: 'webhooks', description: "What the shop's own systems are told of, and the log of it" },
  { name: 'errors', description: 'What the codes of errors mean' },
  { name: 'probe', description: 'Two functions that show that everything is alive' },
  { name: 'health', description: 'For load balancers and monitoring' },
];

/** `/docs` and `/openapi.json`, made from the same schemas that validate. Registered before any route is. */
export async function useOpenApi(application: NestFastifyApplication): Promise<void> {
  await application.register(swagger as never, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Donut-States sales',
        description: INTRODUCTION,
        version: '0.1.0',
        license: { name: 'MIT', identifier: 'MIT' },
        contact: { name: 'Donut-States' },
      },
      // That of the request: the document is the same wherever the service is.
      servers: [{ url: '/', description: 'this service' }],
      tags: TAGS,
      webhooks: webhookOperations(),
      components: {
        securitySchemes: { operations: { type: 'apiKey', in: 'header', name: 'X-Api-Key' } },
        headers: {
          'X-Request-Id': {
            description:
              'identifies the request in the log: the one that was sent when it is well formed, or a UUID',
            schema: { type: 'string', maxLength: 128, examples: ['01990b7e-5c1d-7a52-9d0e-3f6f1c2a8b41'] },
          },
          'Content-Language': {
            description: 'of the texts of a problem',
            schema: { type: 'string', enum: [...LANGUAGES] },
          },
          'Retry-After': {
            description: 'seconds after which to try again',
            schema: { type: 'integer', examples: [2] },
          },
          ETag: {
            description: 'what is there, where it may be read',
            schema: { type: 'string', examples: ['"hYg2s1tWm0xk9sJr3bKQzA"'] },
          },
          Accept: {
            description: 'the content types that are supported',
            schema: { type: 'string', examples: ['application/json'] },
          },
          'Accept-Encoding': {
            description: 'the content encodings that are supported',
            schema: { type: 'string', examples: ['identity'] },
          },
          'WWW-Authenticate': {
            description: 'the header `X-Api-Key` is missing, or has a wrong key',
            schema: { type: 'string', examples: ['ApiKey realm="operations"'] },
          },
        },
      },
    },
    transformObject: completed,
  });
  const fastify = application.getHttpAdapter().getInstance();
  useDocsPage(fastify);
  fastify.get('/openapi.json', { schema: { hide: true } }, () => fastify.swagger());
}
