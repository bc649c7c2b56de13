import { type ApiErrorCode } from './api-error-code.js';
import { type CatalogueEntry, SALE_ERRORS } from './sale-errors.js';

export { type ApiErrorCode } from './api-error-code.js';

/** Every error that a client can get. The code is for programs and never changes its meaning. */
export const ERROR_CATALOGUE: Record<ApiErrorCode, CatalogueEntry> = {
  'API_KEY.NAME_TAKEN': {
    status: 409,
    title: 'The name belongs to another API key',
    advice: 'Take another name, or rotate the key. A revoked key keeps its name, for the audit.',
  },
  'API_KEY.REVOKED': {
    status: 409,
    title: 'The API key is revoked',
    advice: 'Make another with `POST /api-keys`.',
  },
  'API_KEY.UNKNOWN': {
    status: 404,
    title: 'There is no such API key',
    advice: 'List them with `GET /api-keys`.',
  },
  'AUTH.KEY_REQUIRED': {
    status: 401,
    title: 'An operations API key is required',
    advice: 'Send the key in the header `X-Api-Key`.',
  },
  'AUTH.ROLE_REQUIRED': {
    status: 403,
    title: 'The role of your API key does not allow this',
    advice: 'Ask somebody whose key has the `requiredRole`, or an administrator for another key.',
  },
  'CALLBACK.ADDRESS_REFUSED': {
    status: 403,
    title: 'The callback comes from a refused address',
    advice:
      'Ask the operators to add the address to `callbackAddresses` of the factory, and then send the callback again.',
  },
  'CALLBACK.EXPIRED': {
    status: 410,
    title: 'The callback came too late',
    advice:
      'Nothing to do for the factory: the delivery is listed as a dead letter, and an operator decides.',
  },
  'CALLBACK.FORGED': {
    status: 403,
    title: 'The callback is not about anything that was ordered',
    advice: 'Call the `CallbackUrl` of the order, with the product and factory that were ordered.',
  },
  'CURSOR.UNKNOWN': {
    status: 400,
    title: 'The cursor is not one of this list',
    advice: 'Send `nextCursor` of the page before as it is, or none to begin at the start.',
  },
  'CUSTOMER.TOKEN_REFUSED': {
    status: 403,
    title: 'The token does not prove who the customer is',
    advice: 'Get a new one from the back end of the shop, or send none and the e-mail address.',
  },
  'DATABASE.UNAVAILABLE': {
    status: 503,
    title: 'The warehouse cannot be reached',
    advice:
      'Repeat the request after `Retry-After`, with the same `Idempotency-Key`: the outcome may be known by then.',
  },
  'DEAD_LETTER_JOB.CLOSED': {
    status: 409,
    title: 'The job runs or has ended',
    advice: 'Look at it with `GET /dead-letter-jobs/:id`, or plan another.',
  },
  'DEAD_LETTER_JOB.TOO_LARGE': {
    status: 422,
    title: 'Too many dead letters match',
    advice: 'Filter for at most `limit` of them, by time for instance.',
  },
  'DEAD_LETTER_JOB.UNKNOWN': {
    status: 404,
    title: 'There is no such job',
    advice: 'List them with `GET /dead-letter-jobs`.',
  },
  'DEAD_LETTER.MESSAGE_INVALID': {
    status: 422,
    title: 'The edited message may not be sent',
    advice: 'Mend every fault listed in `faults`. The dead letter is still open.',
  },
  'DEAD_LETTER.NOT_REDRIVABLE': {
    status: 422,
    title: 'The message would fail again',
    advice: 'Discard it. If goods did arrive, add them by a stock adjustment.',
  },
  'DEAD_LETTER.RESOLVED': {
    status: 409,
    title: 'The dead letter is resolved already',
    advice: 'Look at it: it says who redrove or discarded it, and when.',
  },
  'DEAD_LETTER.UNKNOWN': {
    status: 404,
    title: 'There is no such dead letter',
    advice: 'List them with `GET /dead-letters`.',
  },
  'FACTORY.NOT_FOUND': {
    status: 404,
    title: 'There is no factory at this path',
    advice: 'List them with `GET /factories`.',
  },
  'FACTORY.UNKNOWN': {
    status: 422,
    title: 'There is no such factory',
    advice: 'Name a factory that the warehouse knows.',
  },
  'PRODUCT.DISCONTINUED': {
    status: 409,
    title: 'The product is not sold any more',
    advice: 'Nothing was sold. Take it off the shelf: it does not come back by itself.',
  },
  'PRODUCT.RULES_CONTRADICT': {
    status: 422,
    title: 'Two rules of the product contradict each other',
    advice: 'Change one of the two `members`; their values are given beside them.',
  },
  'QUEUE.UNAVAILABLE': {
    status: 503,
    title: 'The queue cannot be reached',
    advice: 'Repeat the request after `Retry-After`.',
  },
  'REQUEST.CONTENT_ENCODING': {
    status: 415,
    title: 'The content encoding is not supported',
    advice: 'Send the body as it is, without `Content-Encoding`.',
  },
  'REQUEST.HEADERS_TOO_LARGE': {
    status: 431,
    title: 'The headers are too large',
    advice: 'Send at most 16 KiB of headers.',
  },
  'REQUEST.INVALID': {
    status: 400,
    title: 'The request breaks its schema',
    advice: 'Mend every fault listed in `errors`; the schema is at `/docs`.',
  },
  'REQUEST.KEY_REUSED': {
    status: 422,
    title: 'The idempotency key belongs to another request',
    advice: 'Use a new key for another request; repeat a request with the same method, path and body.',
  },
  'REQUEST.MALFORMED': {
    status: 400,
    title: 'The request cannot be read',
    advice:
      'Mend what `detail` names: one `Host`; JSON in UTF-8, at most 1,000 values, no member twice, no number that a double cannot keep.',
  },
  'REQUEST.MEDIA_TYPE': {
    status: 415,
    title: 'The content type is not supported',
    advice: 'Send `Content-Type: application/json`, in UTF-8.',
  },
  'REQUEST.METHOD_NOT_ALLOWED': {
    status: 405,
    title: 'The route does not have this method',
    advice: 'Use one of the methods in `Allow`.',
  },
  'REQUEST.PRECONDITION': {
    status: 412,
    title: 'It has changed since, or is there already',
    advice:
      'Nothing was done. Read it again, make the change again, and send it with the new `ETag` in `If-Match`.',
  },
  'REQUEST.RATE_LIMITED': {
    status: 429,
    title: 'One client sends too many requests',
    advice: 'Nothing was done. Repeat the request after `Retry-After`, and send fewer from then on.',
  },
  'REQUEST.REFUSED': {
    status: 400,
    title: 'The request is refused',
    advice: 'Mend what `detail` names.',
  },
  'REQUEST.TIMEOUT': {
    status: 408,
    title: 'The request took too long to arrive',
    advice: 'Send it again.',
  },
  'REQUEST.TOO_LARGE': {
    status: 413,
    title: 'The body is too large',
    advice: 'Send at most 64 KiB.',
  },
  'RESTOCK_ORDER.CLOSED': {
    status: 409,
    title: 'The restock order is closed already',
    advice: 'Look at its timeline with `GET /restock-orders/:id`.',
  },
  'RESTOCK_ORDER.UNKNOWN': {
    status: 404,
    title: 'There is no such restock order',
    advice: 'List them with `GET /restock-orders`.',
  },
  'ROUTE.UNKNOWN': {
    status: 404,
    title: 'There is no such route',
    advice: 'The routes are at `/docs`.',
  },
  ...SALE_ERRORS,
  'SERVER.FAULT': {
    status: 500,
    title: 'The server made a mistake',
    advice:
      'Repeat the request with the same `Idempotency-Key`. Tell the operators the `requestId`: the log has the cause.',
  },
  'SKU.UNKNOWN': {
    status: 404,
    title: 'There is no such product',
    advice: 'The products are at `GET /products`.',
  },
  'STOCK.INSUFFICIENT': {
    status: 409,
    title: 'There is not enough stock',
    advice:
      'Nothing was sold. `shortages` says what is missing, and when its restock order is expected; the same `Idempotency-Key` may be used again.',
  },
  'STOCK.LIMIT_EXCEEDED': {
    status: 409,
    title: 'Stock on hand would exceed what can be stored',
    advice: 'Add at most `limit` less `onHand` units.',
  },
  'STOCK.NEGATIVE': {
    status: 409,
    title: 'Stock on hand would fall below zero',
    advice: 'Take at most what is on hand.',
  },
  'WEBHOOK_DELIVERY.UNKNOWN': {
    status: 404,
    title: 'There is no such delivery',
    advice: 'List them with `GET /webhook-deliveries`. They are kept for 30 days.',
  },
  'WEBHOOK_ENDPOINT.REFUSED': {
    status: 422,
    title: 'The URL may not be a webhook endpoint',
    advice: 'Name an https URL of a public host. `detail` says what is wrong with this one.',
  },
  'WEBHOOK_ENDPOINT.UNKNOWN': {
    status: 404,
    title: 'There is no such webhook endpoint',
    advice: 'List them with `GET /webhook-endpoints`.',
  },
};
