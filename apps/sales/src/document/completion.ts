import { type BodySchema, takesNull } from '../http/body-kinds.js';
import { Problem } from '../problem/problem.js';
import { exampleOf } from './examples.js';
import { nameSchemas } from './named-schemas.js';
import { type OpenApiDocument, type Operation, type Schema } from './openapi-document.js';
import { declareRefusals, refusalExamples } from './refusals.js';

/** What the plugin writes where a schema says nothing. */
const UNDESCRIBED = 'Default Response';

/** Says what the plugin cannot know of the routes. */
export function completed({ openapiObject }: { openapiObject: OpenApiDocument }): OpenApiDocument {
  for (const path of Object.values(openapiObject.paths ?? {})) {
    for (const [method, operation] of Object.entries(path)) {
      markOptionalBody(operation);
      markOptionalParameters(operation);
      markOptionalMembers(operation);
      giveExamples(operation);
      declareRefusals(operation, method);
      declarePage(operation);
      describeSuccess(operation);
      declareHeadersOfAll(operation);
      nameRole(operation);
      // For tools that ask for it: an operation that says nothing is as public.
      operation.security ??= [];
    }
  }
  openapiObject.components = {
    ...openapiObject.components,
    schemas: { ...openapiObject.components?.schemas, Problem: structuredClone(Problem) as Schema },
    examples: refusalExamples(openapiObject),
  };
  nameSchemas(openapiObject);
  return openapiObject;
}

/** OpenAPI 3.1 lets a requirement name the roles of a key. Tools that know 3.0 take them for scopes of OAuth. */
function nameRole(operation: Operation): void {
  const role = operation.security?.flatMap(({ operations = [] }) => operations)[0];
  if (role === undefined) return;
  operation['x-role'] = role;
  operation.security = operation.security!.map((requirement) =>
    'operations' in requirement ? { operations: [] } : requirement,
  );
  const isPublic = operation.security.some((requirement) => Object.keys(requirement).length === 0);
  if (!isPublic) operation.description = `${operation.description ?? ''} Needs the role \`${role}\`.`.trim();
}

/** The plugin declares every body as required. */
function markOptionalBody({ requestBody }: Operation): void {
  if (!requestBody) return;
  const schemas = Object.values(requestBody.content).map(({ schema }) => schema);
  if (schemas.every((schema) => takesNull(schema as BodySchema))) requestBody.required = false;
}

/** A parameter with a default is optional. The schema requires it, because every handler gets it. */
function markOptionalParameters({ parameters = [] }: Operation): void {
  for (const parameter of parameters) if (parameter.schema?.default !== undefined) parameter.required = false;
}

/** So is a member of a body with a default. */
function markOptionalMembers({ requestBody }: Operation): void {
  for (const { schema } of Object.values(requestBody?.content ?? {})) {
    for (const alternative of schema?.anyOf ?? (schema ? [schema] : [])) {
      const { required = [], properties = {} } = alternative;
      const left = required.filter((name) => properties[name]?.default === undefined);
      if (left.length > 0) alternative.required = left;
      else delete alternative.required;
    }
  }
}

/** A tool that tries the operation, or answers in its place, has values that make sense together. */
function giveExamples({ parameters = [], requestBody, responses = {} }: Operation): void {
  for (const parameter of parameters) parameter.example ??= exampleOf(parameter.schema ?? {}, true);
  for (const media of Object.values(requestBody?.content ?? {})) {
    media.example ??= exampleOf(media.schema ?? {}, true);
  }
  for (const [status, { content = {} }] of Object.entries(responses)) {
    if (isGeneral(status)) continue;
    for (const media of Object.values(content)) media.example ??= exampleOf(media.schema ?? {}, false);
  }
}

/** Whether it stands for many: they are declared one by one. */
function isGeneral(status: string): boolean {
  return status.endsWith('XX');
}

/** What a browser gets in place of JSON. */
function declarePage(operation: Operation): void {
  const content = operation.responses?.['200']?.content;
  if (operation['x-page'] && content) {
    content['text/html'] = { schema: { type: 'string' }, example: '<!doctype html><html lang="en">' };
  }
  delete operation['x-page'];
}

/** A success is what the summary says. */
function describeSuccess({ summary = '', responses = {} }: Operation): void {
  for (const answer of Object.values(responses)) {
    if (answer.description === UNDESCRIBED) answer.description = summary;
  }
}

/** Every answer has the request id, and every one of a limited route what is left of the limit: it is said here once. */
function declareHeadersOfAll({ responses = {} }: Operation): void {
  const answers = Object.values(responses);
  const ofLimit = Object.entries(answers[0]?.headers ?? {}).filter(([name]) => name.startsWith('RateLimit-'));
  for (const answer of answers) {
    answer.headers = {
      ...answer.headers,
      ...Object.fromEntries(ofLimit),
      'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' },
    };
  }
}
