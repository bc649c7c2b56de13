import { createHash } from 'node:crypto';
import { STORY } from './postman-story.mjs';

const SCHEMA = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';

/** How often a request is repeated that waits for something, and how long is waited in between, in ms. */
const WAITS = 60;
const WAIT_MS = 1_000;

/** Where a local system is, and its key. */
const ENVIRONMENTS = {
  'npm-start': { name: 'Donut-States: npm start', baseUrl: 'http://127.0.0.1:3000', operationsKey: '' },
  docker: {
    name: 'Donut-States: docker compose',
    baseUrl: 'http://127.0.0.1:3000',
    operationsKey: 'development-only-operations-key',
  },
};

/**
 * The collection and its environments, by the name of their file.
 *
 * @throws Error when the story leaves out an operation of the document, or has one that is not there
 */
export function postmanFiles(document) {
  const operations = operationsOf(document);
  const told = new Set(STORY.flatMap(({ requests }) => requests.map(({ operation }) => operation)));
  const untold = [...operations.keys()].filter((name) => !told.has(name));
  if (untold.length > 0)
    throw new Error(`The story of the Postman collection leaves out ${untold.join(', ')}`);
  return {
    'donut-states.postman_collection.json': collectionOf(document, operations),
    ...Object.fromEntries(
      Object.entries(ENVIRONMENTS).map(([file, environment]) => [
        `${file}.postman_environment.json`,
        environmentOf(environment),
      ]),
    ),
  };
}

function operationsOf({ paths }) {
  return new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [
        operation.operationId,
        { ...operation, path, method: method.toUpperCase() },
      ]),
    ),
  );
}

function collectionOf({ info }, operations) {
  return {
    info: {
      _postman_id: idOf('collection'),
      name: 'Donut-States',
      description: info.description,
      schema: SCHEMA,
    },
    auth: {
      type: 'apikey',
      apikey: [
        { key: 'key', value: 'X-Api-Key', type: 'string' },
        { key: 'value', value: '{{operationsKey}}', type: 'string' },
        { key: 'in', value: 'header', type: 'string' },
      ],
    },
    event: [scriptOf('prerequest', BEFORE_EACH)],
    item: STORY.map(({ name, description, requests }) => ({
      name,
      description,
      item: requests.map((request) => itemOf(request, operations)),
    })),
    variable: [
      { key: 'webhookUrl', value: 'http://127.0.0.1:9/events' },
      ...[
        'sku',
        'saleKey',
        'saleId',
        'waitingId',
        'saleToken',
        'available',
        'restockOrderId',
        'deadLetterId',
      ].map(variable),
      ...[
        'webhookEndpointId',
        'webhookDeliveryId',
        'operatorName',
        'apiKeyId',
        'deadLetterJobId',
        'factoryId',
      ].map(variable),
    ],
  };
}

const variable = (key) => ({ key, value: '' });

/** A run has a product and keys of its own: the first request of the collection chooses them. */
const BEFORE_EACH = [
  "if (!pm.collectionVariables.get('sku') || pm.info.requestName === 'What is here') {",
  "  pm.collectionVariables.set('sku', `DONUT-${pm.variables.replaceIn('{{$timestamp}}')}`);",
  "  pm.collectionVariables.set('operatorName', `postman-${pm.variables.replaceIn('{{$timestamp}}')}`);",
  "  pm.collectionVariables.set('saleKey', pm.variables.replaceIn('{{$guid}}'));",
  '}',
];

function itemOf(told, operations) {
  const operation = operations.get(told.operation);
  if (!operation) throw new Error(`The API has no operation ${told.operation}`);
  const isPublic = operation.security.length === 0;
  return {
    name: told.name,
    event: [scriptOf('test', testsOf(told, operation))],
    request: {
      method: operation.method,
      description: [operation.summary, operation.description].filter(Boolean).join('\n\n'),
      ...(isPublic && { auth: { type: 'noauth' } }),
      header: headersOf(told, operation),
      url: urlOf(told, operation),
      ...(operation.requestBody && { body: bodyOf(told, operation) }),
    },
    response: [],
  };
}

function parametersOf({ parameters = [] }, part) {
  return Object.fromEntries(
    parameters.filter((given) => given.in === part).map(({ name, example }) => [name, example]),
  );
}

function headersOf({ headers }, operation) {
  const given = headers ?? parametersOf(operation, 'header');
  const mediaType = Object.keys(operation.requestBody?.content ?? {})[0];
  const all = { ...(mediaType && { 'Content-Type': mediaType }), ...given };
  return Object.entries(all).map(([key, value]) => ({ key, value: String(value) }));
}

function urlOf({ path = {}, query }, operation) {
  const values = { ...parametersOf(operation, 'path'), ...path };
  const parts = operation.path
    .split('/')
    .slice(1)
    .filter(Boolean)
    .map((part) => part.replace(/^\{(\w+)\}$/, (_, name) => String(values[name])));
  const pairs = Object.entries(query ?? parametersOf(operation, 'query'));
  const text = pairs.map(([key, value]) => `${key}=${value}`).join('&');
  return {
    raw: `{{baseUrl}}/${parts.join('/')}${text && `?${text}`}`,
    host: ['{{baseUrl}}'],
    path: parts,
    ...(pairs.length > 0 && { query: pairs.map(([key, value]) => ({ key, value: String(value) })) }),
  };
}

function bodyOf({ body, change }, { requestBody }) {
  const [{ example }] = Object.values(requestBody.content);
  const sent = body ?? { ...example, ...change };
  return { mode: 'raw', raw: JSON.stringify(sent, null, 2), options: { raw: { language: 'json' } } };
}

function testsOf({ status, expect, until, keep = {} }, { responses }) {
  const statuses = status ? [status] : Object.keys(responses).map(Number);
  const reads = expect || until || Object.keys(keep).length > 0;
  const lines = [
    `pm.test('the status is ${statuses.join(' or ')}', () => pm.expect(pm.response.code).to.be.oneOf([${statuses.join()}]));`,
  ];
  if (reads) lines.push('const body = pm.response.json();');
  for (const [name, way] of Object.entries(keep)) {
    const value = `body${way
      .split('.')
      .map((part) => `?.[${/^\d+$/.test(part) ? part : `'${part}'`}]`)
      .join('')}`;
    lines.push(`pm.collectionVariables.set('${name}', ${value});`);
  }
  if (expect) lines.push(`pm.test(${JSON.stringify(expect)}, () => pm.expect(${expect}).to.equal(true));`);
  if (until) lines.push(...waitFor(until));
  return lines;
}

/** Repeats the request: it is the next one of the run again, after a while. */
function waitFor(condition) {
  return [
    "const waits = Number(pm.collectionVariables.get('waits') ?? 0);",
    `if (!(${condition}) && waits < ${WAITS}) {`,
    "  pm.collectionVariables.set('waits', waits + 1);",
    '  pm.execution.setNextRequest(pm.info.requestId);',
    `  setTimeout(() => undefined, ${WAIT_MS});`,
    '} else {',
    "  pm.collectionVariables.set('waits', 0);",
    `  pm.test(${JSON.stringify(`at last: ${condition}`)}, () => pm.expect(${condition}).to.equal(true));`,
    '}',
  ];
}

function scriptOf(listen, exec) {
  return { listen, script: { type: 'text/javascript', exec } };
}

function environmentOf({ name, baseUrl, operationsKey }) {
  return {
    id: idOf(name),
    name,
    values: [
      { key: 'baseUrl', value: baseUrl, type: 'default', enabled: true },
      { key: 'operationsKey', value: operationsKey, type: 'secret', enabled: true },
    ],
    _postman_variable_scope: 'environment',
  };
}

/** The same for the same name, so that a collection that is imported again takes the place of the earlier one. */
function idOf(name) {
  const digits = createHash('sha256').update(`donut-states ${name}`).digest('hex');
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
}
