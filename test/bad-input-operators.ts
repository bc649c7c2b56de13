import { type Route } from './bad-input-route.js';
import {
  KEY_HEADERS,
  CURSORS,
  IDS,
  integers,
  LIST,
  MAILS,
  STATES,
  TIME_RANGE,
  UUID,
  visibleTexts,
} from './bad-input-values.js';

const NAMES = ['', 'Kim', 'kim lee', '-kim', '김', 'k'.repeat(65), "' OR 1=1 --"];

/** The routes of keys and the audit. See {@link ROUTES}. */
export const OPERATOR_ROUTES: Record<string, Route> = {
  'GET /api-keys': {
    query: { limit: '1' },
    status: 200,
    bad: { ...LIST, 'querystring/cursor': [...NAMES, ['kim', 'kim']] },
  },
  'POST /api-keys': {
    // The bootstrap key has this name.
    body: { name: 'operations', role: 'viewer' },
    status: 409,
    bad: { 'body/name': NAMES, 'body/role': ['', 'root', 'ADMIN'] },
  },
  'POST /api-keys/{id}/rotate': {
    params: { id: UUID },
    body: { overlapSeconds: 60 },
    status: 404,
    isBodyOptional: true,
    bad: { 'params/id': IDS, 'body/overlapSeconds': integers(0, 2_592_000) },
  },
  'POST /api-keys/{id}/revoke': { params: { id: UUID }, status: 404, bad: { 'params/id': IDS } },
  'POST /customers/forget': {
    headers: { 'idempotency-key': 'bad-input' },
    body: { email: 'nobody@example.com', note: 'asked by mail', dryRun: true },
    status: 200,
    bad: {
      ...KEY_HEADERS,
      'body/email': MAILS,
      'body/note': visibleTexts(400),
      'body/dryRun': ['', 'yes', 2],
    },
  },
  'GET /audit': {
    query: { limit: '1', actor: 'kim', action: 'stock.adjusted', subjectType: 'stock', subjectId: 'RING' },
    status: 200,
    bad: {
      ...LIST,
      ...TIME_RANGE,
      'querystring/cursor': CURSORS,
      'querystring/actor': ['', 'k'.repeat(101), ['a', 'b']],
      'querystring/action': ['', 'STOCK', "' OR 1=1 --", 'x'.repeat(65), ['a', 'b']],
      'querystring/subjectType': STATES,
      'querystring/subjectId': ['', 'x'.repeat(141), ['a', 'b']],
    },
  },
};
