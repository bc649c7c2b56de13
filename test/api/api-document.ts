import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TEXT_FORMATS } from '../../apps/sales/src/text-schema.js';

export interface ApiAnswer {
  method: string;
  /** With its query. */
  path: string;
  status: number;
  headers: Headers;
  /** Parsed where it is JSON. */
  body: unknown;
}

export interface ApiOperation {
  operationId: string;
  tags: string[];
  security: object[];
  parameters?: { in: 'path' | 'query' | 'header'; name: string; example: unknown; schema: Schema }[];
  requestBody?: { required: boolean; content: Record<string, { schema: Schema; example: unknown }> };
  responses: Record<string, ApiResponse>;
}

interface ApiResponse {
  headers?: Record<string, object>;
  content?: Record<
    string,
    { schema: Schema; example?: unknown; examples?: Record<string, { value: unknown }> }
  >;
}

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: boolean | Schema;
}

type Paths = Record<string, Record<string, ApiOperation>>;

/** What the API says beyond what every server does. */
const OWN_HEADERS =
  /^(location|content-location|idempotent-replayed|retry-after|etag|link|content-language|www-authenticate|ratelimit-.*)$/;

/** There wherever they are declared. */
const REQUIRED_HEADERS = ['location', 'content-location', 'etag', 'content-language', 'www-authenticate'];

/** The committed description of the API, to compare answers with. */
export class ApiDocument {
  readonly paths: Paths;
  private readonly events: Paths;
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, formats: TEXT_FORMATS });
  private readonly validators = new Map<Schema, ValidateFunction>();

  constructor(document: object) {
    addFormats.default(this.ajv);
    ({ paths: this.paths, webhooks: this.events } = dereferenced(document) as Record<
      'paths' | 'webhooks',
      Paths
    >);
  }

  static committed(): ApiDocument {
    const file = join(import.meta.dirname, '../../docs/openapi.json');
    return new ApiDocument(JSON.parse(readFileSync(file, 'utf8')) as object);
  }

  /** Each with its method and path template. */
  *operations(): Generator<{ method: string; template: string; operation: ApiOperation }> {
    for (const [template, path] of Object.entries(this.paths)) {
      for (const [method, operation] of Object.entries(path)) {
        yield { method: method.toUpperCase(), template, operation };
      }
    }
  }

  /** How an answer differs from what the document says. Nothing for one of a path or method that it does not have. */
  complaintsAbout({ method, path, status, headers, body }: ApiAnswer): string[] {
    const operation = this.find(method, path);
    const name = `${method} ${path}: ${status}`;
    if (!operation || isOutside(body)) return [];
    const response = operation.responses[status];
    if (!response) return [`${name} is not declared`];
    const undeclared = [...headers.keys()].filter(
      (header) => OWN_HEADERS.test(header) && !declares(response, header),
    );
    const mediaType = headers.get('content-type')?.split(';')[0] ?? '';
    const missing = REQUIRED_HEADERS.filter((header) => declares(response, header) && !headers.has(header));
    return [
      ...missing.map((header) => `${name} lacks the header ${header}`),
      ...undeclared.map((header) => `${name} has the header ${header}`),
      ...this.complaintsAboutBody(response, mediaType, body).map((fault) => `${name} ${fault}`),
    ];
  }

  /** The same of an event that a webhook got. */
  complaintsAboutEvent(event: { type: string }): string[] {
    const { requestBody } = this.events[event.type]!.post!;
    return this.complaintsAboutValue(requestBody!.content['application/json']!.schema, event);
  }

  private find(method: string, path: string): ApiOperation | undefined {
    const parts = path.split('?')[0]!.split('/');
    const matches = Object.keys(this.paths)
      .filter((template) => {
        const names = template.split('/');
        return (
          names.length === parts.length &&
          names.every((name, index) => (name.startsWith('{') ? parts[index] !== '' : name === parts[index]))
        );
      })
      .sort((one, other) => one.split('{').length - other.split('{').length);
    return matches[0] === undefined ? undefined : this.paths[matches[0]]![method.toLowerCase()];
  }

  private complaintsAboutBody({ content }: ApiResponse, mediaType: string, body: unknown): string[] {
    if (!content) return body === '' ? [] : ['has a body'];
    const found = Object.entries(content).find(([declared]) => declared.split(';')[0] === mediaType);
    // The page for browsers stands beside what programs get.
    if (!found) return mediaType === 'text/html' && isPage(body) ? [] : [`has the type ${mediaType}`];
    return this.complaintsAboutValue(found[1].schema, body);
  }

  /** How a value differs from a schema, and which of its members no schema knows. */
  complaintsAboutValue(schema: Schema, value: unknown): string[] {
    let validate = this.validators.get(schema);
    if (!validate) {
      validate = this.ajv.compile(strict(schema));
      this.validators.set(schema, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }
}

/** Whether the path was none of the document's after all: it was written in another way. */
function isOutside(body: unknown): boolean {
  const { type } = (body ?? {}) as { type?: string };
  return type === '/errors/ROUTE.UNKNOWN' || type === '/errors/REQUEST.METHOD_NOT_ALLOWED';
}

function isPage(body: unknown): boolean {
  return typeof body === 'string' && body.startsWith('<!doctype html>');
}

function declares({ headers = {} }: ApiResponse, header: string): boolean {
  return Object.keys(headers).some((declared) => declared.toLowerCase() === header);
}

/** Takes no member that the schema does not name. Of several that all apply, the first names them. */
function strict(schema: Schema): Schema {
  const { properties, items, anyOf, allOf, ...rest } = schema;
  return {
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, member]) => [name, strict(member)]),
      ),
      additionalProperties: false,
    }),
    ...(items && { items: strict(items) }),
    ...(anyOf && { anyOf: anyOf.map(strict) }),
    ...(allOf && { allOf: [strict(allOf[0]!), ...allOf.slice(1)] }),
  };
}

/** With what each `$ref` leads to in its place. */
function dereferenced(document: object): unknown {
  const resolve = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    if (Array.isArray(node)) return node.map(resolve);
    const { $ref, ...rest } = node as { $ref?: string };
    if (typeof $ref === 'string') return { ...(resolve(at($ref)) as object), ...rest };
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, resolve(value)]));
  };
  const at = (pointer: string) =>
    pointer
      .split('/')
      .slice(1)
      .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], document);
  return resolve(document);
}
