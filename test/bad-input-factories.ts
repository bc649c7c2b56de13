import { type Route } from './bad-input-route.js';
import {
  integers,
  KEY_HEADERS,
  LIST,
  MAILS,
  OVERLONG,
  SEGMENTS,
  SKUS,
  visibleTexts,
} from './bad-input-values.js';

const FACTORY = 'FF-500293';
const SECONDS = integers(1, 31_536_000);

/** The routes of factories. See {@link ROUTES}. */
export const FACTORY_ROUTES: Record<string, Route> = {
  'GET /factories': {
    query: { limit: '1', cursor: FACTORY },
    status: 200,
    bad: { ...LIST, 'querystring/cursor': [...SKUS, [FACTORY, FACTORY]] },
  },
  'GET /factories/{id}': { params: { id: FACTORY }, status: 200, bad: { 'params/id': SEGMENTS } },
  'PATCH /factories/{id}': {
    params: { id: FACTORY },
    body: { leadTimeSeconds: 10, callbackAddresses: ['127.0.0.0/8', '::1'] },
    status: 200,
    bad: {
      ...KEY_HEADERS,
      'params/id': SEGMENTS,
      'body/name': visibleTexts(200),
      'body/managerEmail': MAILS,
      'body/leadTimeSeconds': SECONDS,
      'body/overdueAfterSeconds': SECONDS,
      'body/callbackAddresses': [[], Array(101).fill('127.0.0.1'), Array(10_000).fill('x')],
      'body/callbackAddresses/0': [
        '',
        'factory.example',
        '127.0.0.1:80',
        '127.0.0.1/33',
        '0.0.0.0/0',
        '::/0',
        '::/129',
        'fe80::1%eth0',
        '2130706433',
        OVERLONG,
      ],
    },
  },
};
