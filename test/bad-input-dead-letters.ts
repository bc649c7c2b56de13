import { type Route } from './bad-input-route.js';
import {
  CURSORS,
  IDS,
  integers,
  KEY_HEADERS,
  LIST,
  SKU,
  SKUS,
  STATES,
  TIME_RANGE,
  TIMES,
  UUID,
  visibleTexts,
} from './bad-input-values.js';

const QUEUES = ['', 'restock-dlq', 'RESTOCK'];
const CAUSES = ['', '1', "' OR 1=1 --", 'X'.repeat(65)];
const BODY_TIMES = TIMES.filter((time) => !Array.isArray(time));
const TEXTS = ['', 'x'.repeat(201)];

const FILTER = {
  ...TIME_RANGE,
  'querystring/status': STATES,
  'querystring/queue': [...QUEUES, ['probe', 'probe']],
  'querystring/cause': [...CAUSES, ['A', 'B']],
  'querystring/sku': [...SKUS, [SKU, SKU]],
  'querystring/factoryId': ['', 'f'.repeat(65), ['a', 'b']],
  'querystring/text': [...TEXTS, ['a', 'b']],
};

const resolution = (more: Route['bad'] = {}): Route => ({
  params: { id: UUID },
  body: { by: 'kim', note: 'bad input' },
  status: 404,
  isBodyOptional: true,
  bad: {
    'params/id': IDS,
    'body/by': visibleTexts(100),
    'body/note': visibleTexts(400),
    ...KEY_HEADERS,
    ...more,
  },
});

/** The routes of dead letters. See {@link ROUTES}. */
export const DEAD_LETTER_ROUTES: Record<string, Route> = {
  'GET /dead-letters': {
    query: { limit: '1', status: 'OPEN', queue: 'restock', sku: SKU, factoryId: 'FF-1', text: '%' },
    status: 200,
    bad: { ...LIST, ...FILTER, 'querystring/cursor': CURSORS },
  },
  'GET /dead-letters/groups': { query: { status: 'OPEN', text: '_' }, status: 200, bad: FILTER },
  'POST /dead-letters/groups/mute': {
    body: { queue: 'probe', cause: 'BAD.INPUT', mutedUntil: null, note: 'bad input' },
    status: 200,
    bad: {
      'body/queue': QUEUES,
      'body/cause': CAUSES,
      'body/mutedUntil': [...BODY_TIMES, '2099-01-01T00:00:00Z'],
      'body/note': visibleTexts(400),
      ...KEY_HEADERS,
    },
  },
  'GET /dead-letters/{id}': { params: { id: UUID }, status: 404, bad: { 'params/id': IDS } },
  'POST /dead-letters/{id}/redrive': resolution({ 'body/message': ['', [], 1] }),
  'POST /dead-letters/{id}/discard': resolution(),
  'GET /dead-letter-jobs': {
    query: { limit: '1', status: 'DONE' },
    status: 200,
    bad: { ...LIST, 'querystring/cursor': CURSORS, 'querystring/status': STATES },
  },
  'POST /dead-letter-jobs': {
    body: {
      action: 'DISCARD',
      queue: 'probe',
      text: 'bad input',
      lettersPerSecond: 1,
      ids: [UUID],
      note: 'bad input',
    },
    status: 201,
    bad: {
      'body/action': ['', 'redrive', 'DELETE'],
      'body/queue': QUEUES,
      'body/cause': CAUSES,
      'body/sku': SKUS,
      'body/factoryId': ['', 'f'.repeat(65)],
      'body/text': TEXTS,
      'body/since': BODY_TIMES,
      'body/until': BODY_TIMES,
      'body/ids': [[], [UUID, UUID], Array(950).fill(UUID)],
      'body/ids/0': IDS,
      'body/includesUnsafe': ['', 'yes', 1],
      'body/lettersPerSecond': integers(1, 1_000),
      'body/note': visibleTexts(400),
      ...KEY_HEADERS,
    },
  },
  'GET /dead-letter-jobs/{id}': { params: { id: UUID }, status: 404, bad: { 'params/id': IDS } },
  'GET /dead-letter-jobs/{id}/letters': {
    params: { id: UUID },
    query: { limit: '1', plan: 'REDRIVE', outcome: 'PENDING' },
    status: 404,
    bad: {
      'params/id': IDS,
      ...LIST,
      'querystring/cursor': CURSORS,
      'querystring/plan': STATES,
      'querystring/outcome': STATES,
    },
  },
  'POST /dead-letter-jobs/{id}/start': {
    params: { id: UUID },
    body: { onlyFirst: true },
    status: 404,
    isBodyOptional: true,
    bad: { 'params/id': IDS, 'body/onlyFirst': ['', 'yes', 1], ...KEY_HEADERS },
  },
  'POST /dead-letter-jobs/{id}/cancel': {
    params: { id: UUID },
    status: 404,
    bad: { 'params/id': IDS, ...KEY_HEADERS },
  },
};
