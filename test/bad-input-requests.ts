import { type Sample } from './bad-input-route.js';
import { ROUTES } from './bad-input-routes.js';
import { type RawRequest } from './raw-http.js';
import { OPERATIONS_API_KEY } from './running-system.js';

/** Of an OpenAPI document, as is {@link Operation}. */
export interface Schema {
  type?: string | string[];
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
}

export interface Operation {
  parameters?: { in: 'path' | 'query' | 'header'; name: string }[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
  security?: object[];
}

const PARTS = { params: 'params', querystring: 'query', headers: 'headers', body: 'body' } as const;
const PART_OF_PARAMETER = { path: 'params', query: 'querystring', header: 'headers' };
const VALUES_BY_TYPE = { null: null, boolean: true, integer: 7, string: 'text', array: [], object: {} };
/** What a generator puts where something else belongs. */
const ODD_VALUES = [
  ...[null, true, 0, -1, -0, 1.5, 2, 1e9, 1e308, [], {}, [[]], ['a']],
  ...[
    '',
    ' ',
    '2',
    'x'.repeat(300),
    '\0',
    '\ud800',
    '\r\n',
    "' OR 1=1 --",
    '../..',
    '__proto__',
    '%zz',
    '🍩',
  ],
];

/** Where an operation takes input, as the API's answers name the places; for those in a body, with their schemas. */
export function placesOf({ parameters = [], requestBody }: Operation) {
  const places = new Map<string, { schema?: Schema; isRequired: boolean }>();
  for (const { in: part, name } of parameters) {
    places.set(`${PART_OF_PARAMETER[part]}/${name}`, { isRequired: false });
  }
  const walk = (at: string, schema: Schema) => {
    const { properties = {}, required = [] } = schema.anyOf?.find(({ type }) => type === 'object') ?? schema;
    for (const [name, property] of Object.entries(properties)) {
      places.set(`${at}/${name}`, { schema: property, isRequired: required.includes(name) });
      if (!property.items) continue;
      places.set(`${at}/${name}/0`, { schema: property.items, isRequired: false });
      walk(`${at}/${name}/0`, property.items);
    }
  };
  if (requestBody) walk('body', requestBody.content['application/json'].schema);
  return places;
}

/** One value of every JSON type that the schema does not have. */
export function wrongTypesFor({ type, anyOf = [] }: Schema): unknown[] {
  const types = [type, ...anyOf.map((schema) => schema.type)].flat();
  if (types.includes('number')) types.push('integer');
  return Object.entries(VALUES_BY_TYPE)
    .filter(([name]) => !types.includes(name))
    .map(([, value]) => value);
}

/** The sample with another value in one place; `undefined` leaves the place out. */
export function withValueAt({ params, query, headers, body }: Sample, at: string, value: unknown): Sample {
  const changed = structuredClone({ params, query, headers, body });
  const [part, ...keys] = at.split('/') as [keyof typeof PARTS, ...string[]];
  const last = keys.pop()!;
  let target: Record<string, unknown> = (changed[PARTS[part]] ??= {});
  for (const key of keys) {
    const inner = target[key];
    target = (typeof inner === 'object' && inner ? inner : (target[key] = {})) as Record<string, unknown>;
  }
  // An assignment to __proto__ would set the prototype.
  Object.defineProperty(target, last, { value, enumerable: true, configurable: true, writable: true });
  return changed;
}

/** The request for `POST /path/{parameter}`. It carries the operations key, unless the sample has another header for it. */
export function requestOf(name: string, { params = {}, query = {}, headers = {}, body }: Sample): RawRequest {
  const [method, template] = name.split(' ') as [string, string];
  const path = template.replace(/\{(\w+)\}/g, (_, parameter: string) => params[parameter]!);
  const pairs = Object.entries(query).flatMap(([key, values]) =>
    [values].flat().map((value) => `${key}=${encoded(value)}`),
  );
  const allHeaders = {
    'x-api-key': OPERATIONS_API_KEY,
    ...(body && { 'content-type': 'application/json' }),
    ...headers,
  };
  return {
    method,
    path: pairs.length > 0 ? `${path}?${pairs.join('&')}` : path,
    headers: Object.fromEntries(Object.entries(allHeaders).filter(([, value]) => value !== undefined)),
    body: body && Buffer.from(JSON.stringify(body)),
  };
}

/** A sound request, bent in one to three places, and perhaps in its bytes. */
export function bentRequest(random: () => number): RawRequest {
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const [name, route] = pick(Object.entries(ROUTES));
  const places = Object.keys(route.bad).concat(
    'querystring/odd',
    'headers/x-api-key',
    'headers/content-type',
  );
  if (route.body) places.push('body/odd');
  let sample: Sample = route;
  for (let bends = 1 + below(3); bends > 0; bends -= 1) {
    const at = pick(places);
    const value = random() < 0.1 ? undefined : pick(ODD_VALUES);
    sample = withValueAt(
      sample,
      at,
      /^(params|headers)/.test(at) && value !== undefined ? encoded(value) : value,
    );
  }
  const request = { ...requestOf(name, sample), isChunked: random() < 0.2 };
  if (request.body && random() < 0.3) {
    const at = below(request.body.length);
    if (random() < 0.5) request.body = request.body.subarray(0, at);
    else request.body[at] = below(256);
  }
  return request;
}

function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return encodeURIComponent(text.toWellFormed());
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
