import { type BodySchema, takesNull } from './http/body-kinds.js';

/** Of an OpenAPI document. */
interface Operation {
  security?: Record<string, string[]>[];
  parameters?: { required?: boolean; schema?: { default?: unknown } }[];
  requestBody?: { required?: boolean; content: Record<string, { schema?: BodySchema }> };
  summary?: string;
  responses?: Record<string, Answer>;
}

interface Answer {
  description: string;
  headers?: object;
  content?: Record<string, { schema?: { properties?: Record<string, unknown> } }>;
}

/** What the plugin writes where a schema says nothing. */
const UNDESCRIBED = 'Default Response';

const REFUSALS: Record<string, string> = {
  '4XX': 'The request is refused: `code` says why, and `detail` what was wrong with it',
  '5XX': 'The request cannot be served now: `code` says why, and `Retry-After` when to try again',
  '409': 'What is asked for contradicts what is there: `code` says in what',
};

/** Says what the plugin cannot know of the routes. */
export function completed({
  openapiObject,
}: {
  openapiObject: { paths?: Record<string, Record<string, Operation>> };
}) {
  for (const path of Object.values(openapiObject.paths ?? {})) {
    for (const operation of Object.values(path)) {
      markOptionalBody(operation);
      markOptionalParameters(operation);
      addRefusal(operation);
      describeAnswers(operation);
      addRequestId(operation);
      // For tools that ask for it: an operation that says nothing is as public.
      operation.security ??= [];
    }
  }
  return openapiObject;
}

/** The plugin declares every body as required. */
function markOptionalBody({ requestBody }: Operation): void {
  if (!requestBody) return;
  const schemas = Object.values(requestBody.content).map(({ schema }) => schema);
  if (schemas.every((schema) => takesNull(schema))) requestBody.required = false;
}

/** A parameter with a default is optional. The schema requires it, because every handler gets it. */
function markOptionalParameters({ parameters = [] }: Operation): void {
  for (const parameter of parameters) if (parameter.schema?.default !== undefined) parameter.required = false;
}

/** Every answer has the header: it is said here once. */
function addRequestId({ responses = {} }: Operation): void {
  for (const response of Object.values(responses)) {
    response.headers = { ...response.headers, 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' } };
  }
}

/** Every path refuses what is no request, also one whose schema has nothing to refuse. */
function addRefusal(operation: Operation): void {
  const { responses = {} } = operation;
  if (Object.keys(responses).some((status) => status.startsWith('4'))) return;
  operation.responses = { ...responses, '4XX': { description: REFUSALS['4XX']! } };
}

/** A success is what the summary says. Errors are problems, for which the plugin knows no media type of their own. */
function describeAnswers({ summary = '', responses = {} }: Operation): void {
  for (const [status, answer] of Object.entries(responses)) {
    if (answer.description === UNDESCRIBED) answer.description = REFUSALS[status] ?? summary;
    const { 'application/json': json, ...others } = answer.content ?? {};
    if (json?.schema?.properties?.code && Number(status[0]) >= 4) {
      answer.content = { ...others, 'application/problem+json': json };
    }
  }
}
