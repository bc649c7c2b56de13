/** The refusals of the warehouse. Only the HTTP filter knows the status of each. */
export type InventoryErrorCode =
  | 'API_KEY.NAME_TAKEN'
  | 'API_KEY.REVOKED'
  | 'API_KEY.UNKNOWN'
  | 'CURSOR.UNKNOWN'
  | 'DATABASE.UNAVAILABLE'
  | 'DEAD_LETTER_JOB.CLOSED'
  | 'DEAD_LETTER_JOB.TOO_LARGE'
  | 'DEAD_LETTER_JOB.UNKNOWN'
  | 'DEAD_LETTER.MESSAGE_INVALID'
  | 'DEAD_LETTER.NOT_REDRIVABLE'
  | 'DEAD_LETTER.RESOLVED'
  | 'DEAD_LETTER.UNKNOWN'
  | 'FACTORY.NOT_FOUND'
  | 'FACTORY.UNKNOWN'
  | 'PRODUCT.DISCONTINUED'
  | 'PRODUCT.RULES_CONTRADICT'
  | 'REQUEST.KEY_REUSED'
  | 'RESTOCK_ORDER.CLOSED'
  | 'RESTOCK_ORDER.UNKNOWN'
  | 'SALE.KEY_IN_USE'
  | 'SALE.KEY_REUSED'
  | 'SALE.CUSTOMER_REQUIRED'
  | 'SALE.ENDED'
  | 'SALE.LIMIT_REACHED'
  | 'SALE.NOT_WAITING'
  | 'SALE.NOT_OPEN'
  | 'SALE.QUANTITY_EXCEEDED'
  | 'SALE.UNKNOWN'
  | 'SKU.UNKNOWN'
  | 'STOCK.LIMIT_EXCEEDED'
  | 'STOCK.NEGATIVE'
  | 'WEBHOOK_DELIVERY.UNKNOWN'
  | 'WEBHOOK_ENDPOINT.UNKNOWN';

/** A refusal by the rules of the warehouse. Its message may be shown to a client. */
export class InventoryError extends Error {
  /** When the client may try again, where that is known. */
  readonly retryAfterSeconds?: number;

  constructor(
    readonly code: InventoryErrorCode,
    message: string,
    /** Facts that a client can act on, such as the SKU. */
    readonly facts: Record<string, unknown> = {},
    options: ErrorOptions & { retryAfterSeconds?: number } = {},
  ) {
    super(message, options);
    this.name = 'InventoryError';
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
