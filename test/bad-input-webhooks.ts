import { type Route } from './bad-input-route.js';
import {
  CURSORS,
  IDS,
  KEY_HEADERS,
  LIST,
  OVERLONG,
  STATES,
  TIME_RANGE,
  UUID,
  visibleTexts,
} from './bad-input-values.js';

/** What is said of a webhook endpoint. */
const WEBHOOK = {
  'body/url': [
    '',
    'shop.example.com',
    'ftp://shop.example.com/',
    'javascript:alert(1)',
    'http://',
    `https://${OVERLONG}.com/`,
  ],
  'body/eventTypes': [[], ['stock'], ['stock.back', 'stock.back'], Array(100).fill('stock.back')],
  'body/eventTypes/0': ['', 'sale.*'],
  'body/description': visibleTexts(200),
};

/** The routes of webhooks. See {@link ROUTES}. */
export const WEBHOOK_ROUTES: Record<string, Route> = {
  'GET /webhook-endpoints': {
    query: { limit: '1' },
    status: 200,
    bad: { ...LIST, 'querystring/cursor': CURSORS },
  },
  'POST /webhook-endpoints': {
    body: { url: 'http://127.0.0.1:9/bad-input', eventTypes: ['stock.back'], description: 'bad input' },
    status: 201,
    bad: { ...WEBHOOK, ...KEY_HEADERS },
  },
  'GET /webhook-endpoints/{id}': { params: { id: UUID }, status: 404, bad: { 'params/id': IDS } },
  'PATCH /webhook-endpoints/{id}': {
    params: { id: UUID },
    body: {
      url: 'http://127.0.0.1:9/bad-input',
      eventTypes: ['stock.back'],
      description: 'bad input',
      status: 'ENABLED',
    },
    status: 404,
    bad: { 'params/id': IDS, ...WEBHOOK, 'body/status': ['', 'enabled', 'GONE'], ...KEY_HEADERS },
  },
  'DELETE /webhook-endpoints/{id}': { params: { id: UUID }, status: 404, bad: { 'params/id': IDS } },
  'POST /webhook-endpoints/{id}/rotate-secret': {
    params: { id: UUID },
    status: 404,
    bad: { 'params/id': IDS, ...KEY_HEADERS },
  },
  'GET /webhook-deliveries': {
    query: { limit: '1', status: 'PENDING', eventType: 'stock.back', endpointId: UUID },
    status: 200,
    bad: {
      ...LIST,
      ...TIME_RANGE,
      'querystring/cursor': CURSORS,
      'querystring/status': STATES,
      'querystring/eventType': ['', 'stock', ['stock.back', 'stock.back']],
      'querystring/endpointId': CURSORS,
    },
  },
  'GET /webhook-deliveries/{id}': { params: { id: UUID }, status: 404, bad: { 'params/id': IDS } },
  'POST /webhook-deliveries/{id}/resend': {
    params: { id: UUID },
    status: 404,
    bad: { 'params/id': IDS, ...KEY_HEADERS },
  },
};
