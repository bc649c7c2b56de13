import { type ApiErrorCode } from '../problem/error-catalogue.js';
import { EXAMPLE_ID } from '../identifiers-schema.js';

/** What the problems say beside their code and title, for the examples of the document. */
export const EXAMPLE_FACTS: Partial<Record<ApiErrorCode, { detail?: string; [fact: string]: unknown }>> = {
  'API_KEY.NAME_TAKEN': { detail: 'There is, or was, a key kim.', name: 'kim' },
  'API_KEY.REVOKED': { detail: 'The key kim is revoked.', name: 'kim' },
  'API_KEY.UNKNOWN': { detail: `There is no API key ${EXAMPLE_ID}.`, id: EXAMPLE_ID },
  'AUTH.ROLE_REQUIRED': {
    detail: 'The key kim has the role viewer. This needs the role operator.',
    role: 'viewer',
    requiredRole: 'operator',
  },
  'CURSOR.UNKNOWN': {
    detail: `No page of this list has the cursor ${EXAMPLE_ID}.`,
    cursor: EXAMPLE_ID,
  },
  'CUSTOMER.TOKEN_REFUSED': { detail: 'The token has expired.' },
  'DATABASE.UNAVAILABLE': { detail: 'The warehouse cannot be reached right now.' },
  'DEAD_LETTER_JOB.CLOSED': {
    detail: `The job ${EXAMPLE_ID} is DONE already.`,
    id: EXAMPLE_ID,
    currentStatus: 'DONE',
  },
  'DEAD_LETTER_JOB.TOO_LARGE': {
    detail: 'More than 100000 dead letters match: filter for fewer.',
    limit: 100_000,
  },
  'DEAD_LETTER_JOB.UNKNOWN': { detail: `There is no job ${EXAMPLE_ID}.`, id: EXAMPLE_ID },
  'DEAD_LETTER.MESSAGE_INVALID': {
    detail: 'The edited message is refused: /quantity must be integer.',
    id: EXAMPLE_ID,
    faults: ['/quantity must be integer'],
  },
  'DEAD_LETTER.NOT_REDRIVABLE': {
    detail:
      'This message would fail again as it is. Discard it; if goods did arrive, add them by a stock adjustment.',
    causeCode: 'RECEIPT.UNKNOWN_ORDER',
  },
  'DEAD_LETTER.RESOLVED': {
    detail: `Dead letter ${EXAMPLE_ID} is REDRIVEN already.`,
    id: EXAMPLE_ID,
    currentStatus: 'REDRIVEN',
  },
  'DEAD_LETTER.UNKNOWN': { detail: `There is no dead letter ${EXAMPLE_ID}.`, id: EXAMPLE_ID },
  'FACTORY.NOT_FOUND': { detail: 'There is no factory FF-1.', factoryId: 'FF-1' },
  'FACTORY.UNKNOWN': { detail: 'There is no factory FF-1.', factoryId: 'FF-1' },
  'PRODUCT.DISCONTINUED': { detail: 'CP-502101 is not sold any more.', sku: 'CP-502101' },
  'PRODUCT.RULES_CONTRADICT': {
    detail: 'targetLevel (20) must be above reorderPoint (20): an order up to it would be due again at once.',
    sku: 'CP-502101',
    members: ['targetLevel', 'reorderPoint'],
    targetLevel: 20,
    reorderPoint: 20,
  },
  'REQUEST.CONTENT_ENCODING': { detail: 'The body is compressed or encoded.' },
  'REQUEST.INVALID': {
    errors: [{ at: 'body/lines/0/quantity', message: 'must be integer', pointer: '/lines/0/quantity' }],
  },
  'REQUEST.KEY_REUSED': { detail: 'This idempotency key has the answer to another request.' },
  'REQUEST.MALFORMED': { detail: 'The body is not UTF-8.' },
  'REQUEST.MEDIA_TYPE': { detail: 'Unsupported Media Type' },
  'REQUEST.METHOD_NOT_ALLOWED': { detail: 'There is GET, HEAD, POST, OPTIONS.' },
  'REQUEST.PRECONDITION': { detail: 'No tag of If-Match is the current one.' },
  'REQUEST.REFUSED': { detail: 'The path cannot be decoded, or a part of it is too long for any id.' },
  'REQUEST.TOO_LARGE': { detail: 'Request body is too large' },
  'RESTOCK_ORDER.CLOSED': {
    detail: `Restock order ${EXAMPLE_ID} is RECEIVED already.`,
    id: EXAMPLE_ID,
    currentStatus: 'RECEIVED',
  },
  'RESTOCK_ORDER.UNKNOWN': { detail: `There is no restock order ${EXAMPLE_ID}.`, id: EXAMPLE_ID },
  'ROUTE.UNKNOWN': { detail: 'Cannot GET /no-such-route' },
  'SALE.ENDED': {
    detail: `Sale ${EXAMPLE_ID} is CANCELLED already.`,
    ...{ id: EXAMPLE_ID, currentStatus: 'CANCELLED' },
  },
  'SALE.CUSTOMER_REQUIRED': { detail: 'CP-502101 is sold to known customers alone.', sku: 'CP-502101' },
  'SALE.KEY_IN_USE': {
    detail: 'Too many requests with this idempotency key are waiting for the first of them.',
  },
  'SALE.LIMIT_REACHED': {
    detail: 'A customer may buy 4 units of CP-502101, and 1 more.',
    sku: 'CP-502101',
    limit: 4,
    remaining: 1,
    resetsAt: '2026-12-02T03:00:00.000Z',
  },
  'SALE.NOT_OPEN': {
    detail: 'CP-502101 is sold from 2026-12-01T03:00:00.000Z on.',
    sku: 'CP-502101',
    opensAt: '2026-12-01T03:00:00.000Z',
  },
  'SALE.NOT_WAITING': {
    detail: `Sale ${EXAMPLE_ID} is CONFIRMED, and waits for nothing.`,
    ...{ id: EXAMPLE_ID, currentStatus: 'CONFIRMED' },
  },
  'SALE.QUANTITY_EXCEEDED': {
    detail: 'One sale takes at most 50 units of CP-502101.',
    sku: 'CP-502101',
    requestedQuantity: 51,
    maxPerSale: 50,
  },
  'SALE.UNKNOWN': { detail: `There is no sale ${EXAMPLE_ID}.`, id: EXAMPLE_ID },
  'SERVER.FAULT': { requestId: EXAMPLE_ID },
  'SKU.UNKNOWN': { detail: 'There is no product CP-1.', skus: ['CP-1'] },
  'STOCK.INSUFFICIENT': {
    detail: 'CP-502101: 2 wanted, 0 there',
    shortages: [
      {
        sku: 'CP-502101',
        requestedQuantity: 2,
        availableQuantity: 0,
        restockOrder: {
          id: EXAMPLE_ID,
          status: 'ORDERED',
          quantity: 100,
          estimatedAt: '2026-12-01T03:00:00.000Z',
          estimatedFrom: '2026-12-01T03:00:00.000Z',
          estimatedTo: '2026-12-01T09:00:00.000Z',
        },
      },
    ],
  },
  'STOCK.LIMIT_EXCEEDED': {
    detail: '10 units more of CP-502101 would exceed 2147483647 on hand.',
    sku: 'CP-502101',
    onHand: 2_147_483_640,
    limit: 2_147_483_647,
  },
  'WEBHOOK_DELIVERY.UNKNOWN': { detail: `There is no delivery ${EXAMPLE_ID}.`, id: EXAMPLE_ID },
  'WEBHOOK_ENDPOINT.REFUSED': {
    detail: 'The host shop.example.com has an address that is private or of this network.',
  },
  'WEBHOOK_ENDPOINT.UNKNOWN': { detail: `There is no webhook endpoint ${EXAMPLE_ID}.`, id: EXAMPLE_ID },
  'STOCK.NEGATIVE': { detail: 'There are not 100 units of CP-502101 on hand.', sku: 'CP-502101', onHand: 98 },
};
