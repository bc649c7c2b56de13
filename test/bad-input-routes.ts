import {
  CURSORS,
  IDS,
  KEYS,
  KEY_HEADERS,
  LIST,
  MAILS,
  OVERLONG,
  SEGMENTS,
  SKU,
  SKUS,
  STATES,
  TAGS,
  TIMES,
  TIME_RANGE,
  UUID,
  integers,
  texts,
  visibleTexts,
} from './bad-input-values.js';
import { type Route } from './bad-input-route.js';
import { DEAD_LETTER_ROUTES } from './bad-input-dead-letters.js';
import { OPERATOR_ROUTES } from './bad-input-operators.js';
import { FACTORY_ROUTES } from './bad-input-factories.js';
import { WEBHOOK_ROUTES } from './bad-input-webhooks.js';

/** The headers of a route whose answers have an entity tag. */
const TAG_HEADERS = { 'headers/if-match': TAGS, 'headers/if-none-match': TAGS };

const resolution = (status: number, headers: Route['bad'] = {}): Route => ({
  params: { id: UUID },
  body: { by: 'kim', note: 'bad input' },
  status,
  isBodyOptional: true,
  bad: {
    'params/id': IDS,
    'body/by': visibleTexts(100),
    'body/note': visibleTexts(400),
    ...KEY_HEADERS,
    ...headers,
  },
});

const RULES = {
  'body/name': visibleTexts(200),
  'body/priceKrw': integers(0, 100_000_000),
  'body/factoryId': texts(32),
  'body/reorderPoint': integers(0, 1_000_000),
  'body/targetLevel': integers(1, 1_000_000),
  'body/lotSize': integers(1, 100_000),
  'body/maxPerSale': integers(1, 1_000_000),
  'body/adManagerEmail': MAILS,
  'body/status': ['', 'active', 'SOLD', null],
  'body/salesFrom': TIMES,
  'body/salesUntil': TIMES,
  'body/maxPerCustomer': integers(1, 1_000_000),
  'body/customerWindowSeconds': integers(1, 315_360_000),
  'body/maxRefusedDemand': integers(0, 10_000_000),
};

/** Every route and method that takes input. A spec holds the list to the API's own description. */
export const ROUTES: Record<string, Route> = {
  'POST /sales': {
    headers: { 'idempotency-key': 'bad-input', 'x-client-id': 'bad-input' },
    body: { lines: [{ sku: SKU, quantity: 1 }], customerEmail: 'kim@example.com', onShortage: 'reject' },
    status: 201,
    bad: {
      'headers/idempotency-key': KEYS,
      'headers/x-client-id': [...KEYS, 'k'.repeat(65)],
      'headers/x-customer-token': [
        '',
        'nope',
        'a.b',
        'a.b.c.d',
        'a.b.!',
        `a.b.${'c'.repeat(4_096)}`,
        ['a.b.c', 'a.b.c'],
      ],
      'body/lines': [[], Array(51).fill({ sku: SKU, quantity: 1 }), Array(10_000).fill({})],
      'body/lines/0': [],
      'body/lines/0/sku': SKUS,
      'body/lines/0/quantity': [0, -1, 1e9, 1.5, 1e308, '2', 'NaN', ''],
      'body/customerEmail': MAILS,
      'body/onShortage': ['', 'REJECT', 'wait'],
      'body/waitUntil': ['', 'tomorrow', '2026-12-24', '9999-12-24T00:00:00Z', '2026-13-01T00:00:00Z'],
    },
  },
  'GET /sales': {
    query: { limit: '1', sku: SKU, customerEmail: 'kim@example.com' },
    status: 200,
    bad: {
      ...LIST,
      ...TIME_RANGE,
      'querystring/cursor': CURSORS,
      'querystring/idempotencyKey': KEYS,
      'querystring/clientId': [...KEYS, 'k'.repeat(65)],
      // A longer one would be a header that is too large.
      'querystring/customerEmail': MAILS.filter(({ length }) => length < 1_000),
      'querystring/sku': [...SKUS, [SKU, SKU]],
      'querystring/waiting': ['', 'yes', '2', ['true', 'true']],
    },
  },
  'GET /sales/{id}': {
    params: { id: UUID },
    status: 404,
    bad: { 'params/id': IDS, 'headers/x-sale-token': KEYS },
  },
  'DELETE /sales/{id}': {
    params: { id: UUID },
    status: 403,
    bad: { 'params/id': IDS, 'headers/x-sale-token': KEYS },
  },
  'POST /sales/{id}/cancel': resolution(404),
  'GET /products': {
    query: { limit: '1', cursor: SKU },
    status: 200,
    bad: {
      ...LIST,
      'querystring/cursor': [...SKUS, [SKU, SKU]],
      'querystring/inStock': ['', 'yes', '2', ['true', 'true']],
    },
  },
  'GET /products/{sku}': {
    params: { sku: SKU },
    status: 200,
    bad: { 'params/sku': SEGMENTS, ...TAG_HEADERS },
  },
  'GET /products/{sku}/ledger': { params: { sku: SKU }, status: 200, bad: { 'params/sku': SEGMENTS } },
  'GET /products/{sku}/restock-suggestion': {
    params: { sku: SKU },
    status: 200,
    bad: { 'params/sku': SEGMENTS },
  },
  'GET /products/{sku}/movements': {
    params: { sku: SKU },
    query: { limit: '1', reason: 'SALE' },
    status: 200,
    bad: {
      'params/sku': SEGMENTS,
      ...LIST,
      ...TIME_RANGE,
      'querystring/cursor': CURSORS,
      'querystring/reason': STATES,
    },
  },
  'PUT /products/{sku}': {
    params: { sku: 'BAD-INPUT' },
    body: {
      name: 'Bad input',
      priceKrw: 1_000,
      factoryId: 'FF-500293',
      reorderPoint: 0,
      targetLevel: 10,
      lotSize: 10,
      maxPerSale: 10,
      adManagerEmail: 'ad-manager@example.com',
    },
    status: 201,
    bad: {
      ...KEY_HEADERS,
      ...TAG_HEADERS,
      'params/sku': SEGMENTS,
      'body/sku': SKUS,
      'body/openingStock': integers(1, 1_000_000),
      'body/stock': [{}, { onHand: 1 }, { onHand: '1', reserved: 0, available: 1, onOrder: 0 }],
      ...RULES,
    },
  },
  'PATCH /products/{sku}': {
    params: { sku: SKU },
    body: { priceKrw: 19_900 },
    status: 200,
    bad: { ...KEY_HEADERS, ...TAG_HEADERS, 'params/sku': SEGMENTS, ...RULES },
  },
  'POST /products/{sku}/adjustments': {
    params: { sku: SKU },
    body: { delta: 1, note: 'bad input' },
    status: 200,
    bad: {
      ...KEY_HEADERS,
      ...TAG_HEADERS,
      'params/sku': SEGMENTS,
      'body/delta': [0, ...integers(-1_000_000, 1_000_000)],
      'body/note': visibleTexts(255),
    },
  },
  'GET /restock-orders': {
    query: { limit: '1', sku: SKU, status: 'RECEIVED' },
    status: 200,
    bad: {
      ...LIST,
      ...TIME_RANGE,
      'querystring/cursor': CURSORS,
      'querystring/sku': [...SKUS, [SKU, SKU]],
      'querystring/status': STATES,
    },
  },
  'GET /restock-orders/{id}': {
    params: { id: UUID },
    status: 404,
    bad: { 'params/id': IDS, ...TAG_HEADERS },
  },
  'POST /restock-orders/{id}/cancel': resolution(404, TAG_HEADERS),
  'POST /goods-receipts/{restockOrderId}': {
    params: { restockOrderId: UUID },
    query: { quantity: '10', expires: '1', signature: 'forged' },
    body: {
      MessageGroupId: 'stock-arrival-group',
      MessageAttributeProductId: SKU,
      MessageAttributeProductCnt: 10,
      MessageAttributeFactoryId: 'FF-500293',
      MessageSubject: 'stock arrival',
      MessageText: 'goods are ready',
    },
    status: 403,
    takesUnknown: true,
    bad: {
      'params/restockOrderId': ['%zz', '%ff', 'x'.repeat(65), 'x'.repeat(256)],
      'querystring/quantity': ['', '-1', '1.5', '1e308', 'ten', ['1', '1']],
      'querystring/expires': ['', '-1', '1.5', '1e308', 'soon', ['1', '1']],
      'querystring/signature': ['f'.repeat(257), ['a', 'b']],
      'body/MessageGroupId': ['x'.repeat(2_001), OVERLONG],
      'body/MessageAttributeProductId': texts(64),
      'body/MessageAttributeProductCnt': [
        -1,
        1e9 + 1,
        1.5,
        1e308,
        '',
        'ten',
        '-1',
        '1.5',
        '1e3',
        '1'.repeat(10),
      ],
      'body/MessageAttributeFactoryId': texts(32),
      'body/MessageSubject': ['x'.repeat(2_001), OVERLONG],
      'body/MessageText': ['x'.repeat(2_001), OVERLONG],
    },
  },
  ...DEAD_LETTER_ROUTES,
  ...FACTORY_ROUTES,
  ...WEBHOOK_ROUTES,
  ...OPERATOR_ROUTES,
  'GET /reconcile': {
    query: { full: 'true' },
    status: 200,
    bad: { 'querystring/full': ['', 'yes', '2', ['true', 'true']] },
  },
  'POST /repairs': {
    body: { sku: SKU },
    status: 200,
    bad: { ...KEY_HEADERS, 'body/sku': SKUS },
  },
  'GET /errors/{code}': {
    params: { code: 'ROUTE.UNKNOWN' },
    status: 200,
    bad: { 'params/code': SEGMENTS },
  },
  'POST /hello': {
    body: { input: 1 },
    status: 200,
    bad: { 'body/input': ['', '1', 'NaN', 1e308, -1e308, 2 ** 53] },
  },
  'POST /produce': {
    body: { input: 1, delayMs: 0 },
    status: 200,
    bad: {
      'body/input': ['', '1', 'NaN', 1e308, -1e308, 2 ** 53],
      'body/delayMs': integers(0, 60_000),
    },
  },
};
