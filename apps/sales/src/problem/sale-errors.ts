export interface CatalogueEntry {
  status: number;
  title: string;
  /** Advice for the client. docs/errors.md contains it, which a test compares with this list. */
  advice: string;
}

/** The errors of sales. See `ERROR_CATALOGUE`. */
export const SALE_ERRORS = {
  'SALE.CUSTOMER_REQUIRED': {
    status: 422,
    title: 'The product is sold to known customers alone',
    advice: 'Send `customerEmail`, or the `X-Customer-Token` of the customer.',
  },
  'SALE.ENDED': {
    status: 409,
    title: 'The sale was cancelled, or has expired',
    advice: 'Look at it with `GET /sales/:id`. It cannot be cancelled again.',
  },
  'SALE.KEY_IN_USE': {
    status: 409,
    title: 'Too many requests wait under this idempotency key',
    advice: 'Repeat the request after `Retry-After`; use a key of its own for each sale.',
  },
  'SALE.KEY_REUSED': {
    status: 422,
    title: 'The idempotency key was used for another request',
    advice: 'Use a new key for a new sale; repeat a sale with exactly the same body.',
  },
  'SALE.LIMIT_REACHED': {
    status: 409,
    title: 'The customer may not buy so many units',
    advice: 'Nothing was sold. Ask for at most `remaining` units, or again after `resetsAt`.',
  },
  'SALE.NOT_OPEN': {
    status: 409,
    title: 'The product is not sold at this time',
    advice:
      'Nothing was sold. Before `opensAt`, repeat the request after `Retry-After`; after `closedAt` it is over.',
  },
  'SALE.NOT_WAITING': {
    status: 409,
    title: 'The sale does not wait for goods',
    advice:
      'Look at it with `GET /sales/:id`. A buyer leaves the waitlist only; the shop cancels a confirmed sale with `POST /sales/:id/cancel`.',
  },
  'SALE.OVERLOADED': {
    status: 503,
    title: 'More is asked for than can be sold in time',
    advice: 'Nothing was sold. Repeat the request after `Retry-After`, with the same `Idempotency-Key`.',
  },
  'SALE.QUANTITY_EXCEEDED': {
    status: 422,
    title: 'One sale may not take so many units',
    advice:
      'Ask for at most `maxPerSale` units of this SKU: its rule, or less where no restock order could ever fill as much.',
  },
  'SALE.TOKEN_WRONG': {
    status: 403,
    title: 'The token is not that of the sale',
    advice:
      'Send the `token` from the answer to `POST /sales` in the header `X-Sale-Token`. Without the header, `GET` shows the sale without the address.',
  },
  'SALE.UNKNOWN': {
    status: 404,
    title: 'There is no such sale',
    advice: 'Use the id from the answer to `POST /sales`.',
  },
} satisfies Record<string, CatalogueEntry>;
