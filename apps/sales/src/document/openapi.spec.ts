import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SalesUnderTest } from '../testing/sales-under-test.js';

interface Parameter {
  name: string;
  required?: boolean;
  schema: { default?: unknown };
}

interface Operation {
  operationId?: string;
  security?: object[];
  parameters?: Parameter[];
  responses: Record<
    string,
    { description?: string; headers?: object; content?: Record<string, { examples: object }> }
  >;
}

describe('the description of the API', () => {
  let sales: SalesUnderTest;
  let paths: Record<string, Record<string, Operation>>;
  let schemas: Record<string, object>;

  beforeAll(async () => {
    sales = await SalesUnderTest.start();
    ({
      paths,
      components: { schemas },
    } = (await sales.application.inject('/openapi.json')).json());
  });
  afterAll(() => sales.stop());

  it('is the committed one: `npm run openapi` writes it', async () => {
    const committed = readFileSync(join(import.meta.dirname, '../../../../docs/openapi.json'), 'utf8');
    const { body } = await sales.application.inject('/openapi.json');
    expect(JSON.parse(body)).toEqual(JSON.parse(committed));
  });

  it('lists every code with which an operation refuses', () => {
    const { responses } = paths['/sales']!.post!;
    const codesOf = (status: string) =>
      Object.keys(responses[status]!.content!['application/problem+json']!.examples);
    expect(codesOf('409')).toEqual([
      'PRODUCT.DISCONTINUED',
      'SALE.KEY_IN_USE',
      'SALE.LIMIT_REACHED',
      'SALE.NOT_OPEN',
      'STOCK.INSUFFICIENT',
    ]);
    expect(codesOf('503')).toEqual(['DATABASE.UNAVAILABLE', 'SALE.OVERLOADED']);
    expect(Object.keys(responses)).not.toContain('4XX');
    expect(Object.keys(responses['503']!.headers!)).toContain('Retry-After');
  });

  it('names the types that it speaks of', () => {
    expect(Object.keys(schemas)).toEqual(
      expect.arrayContaining(['PlaceSale', 'Sale', 'Problem', 'Product', 'ProductPage', 'RestockOrderPage']),
    );
  });

  it('requires no parameter that has a default', () => {
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    const withDefault = operations
      .flatMap(({ parameters = [] }) => parameters)
      .filter(({ schema }) => schema.default !== undefined);
    expect(withDefault.map(({ name }) => name)).toContain('limit');
    expect(withDefault.filter(({ required }) => required)).toEqual([]);
  });

  it('names every operation, tells the public ones, and describes every answer', () => {
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    const names = operations.map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(operations.length);
    expect(names).toEqual(expect.arrayContaining(['placeSale', 'getSale', 'listProducts', 'isReady']));
    expect(paths['/sales']!.post!.security).toEqual([]);
    expect(paths['/reconcile']!.get!.security).toEqual([{ operations: [] }]);
    expect(paths['/reconcile']!.get!).toMatchObject({ 'x-role': 'viewer' });
    const answers = operations.flatMap(({ responses }) => Object.values(responses));
    expect(answers.filter(({ description }) => !description || description === 'Default Response')).toEqual(
      [],
    );
  });

  it('declares errors as problems, and an answer about readiness as what it is', () => {
    const mediaTypes = (path: string, method: string, status: string) =>
      Object.keys(paths[path]![method]!.responses[status]!.content ?? {});
    expect(mediaTypes('/sales', 'post', '409')).toEqual(['application/problem+json']);
    expect(mediaTypes('/products', 'get', '400')).toEqual(['application/problem+json']);
    expect(mediaTypes('/health/ready', 'get', '503')).toEqual(['application/json']);
    expect(mediaTypes('/sales', 'post', '201')).toEqual(['application/json']);
  });

  it('says that a process may not be ready', () => {
    const statuses = Object.keys(paths['/health/ready']!.get!.responses);
    expect(statuses).toEqual(['200', '400', '408', '431', '500', '503']);
  });

  it('is not the only place that lists the formats of a PATCH', async () => {
    const options = await sales.application.inject({ method: 'OPTIONS', url: '/products/RING' });
    const refused = await sales.application.inject({
      method: 'PATCH',
      url: '/products/RING',
      headers: { 'content-type': 'application/json-patch+json', 'x-api-key': 'an-operations-key' },
      payload: '[]',
    });
    expect(refused.statusCode).toBe(415);
    for (const { headers } of [options, refused]) {
      expect(headers['accept-patch']).toBe('application/merge-patch+json, application/json');
    }
  });

  it('is not repeated in the answer to a path that is too long for any id', async () => {
    const answer = await sales.application.inject(`/products/${'a'.repeat(5_000)}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.body).not.toContain('aaa');
  });
});
