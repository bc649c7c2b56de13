/** A message that came out of a dead-letter queue, or that a handler does not trust. */
export interface UnhandledMessage {
  /** The queue of the message. */
  queue: string;
  messageId: string;
  body: string;
  attributes: Record<string, string>;
}

export interface DeadLetterCause {
  code: string;
  detail: string;
  /** The order whose goods were refused, where the signature of the callback leaves no doubt about it. */
  restockOrderId?: string;
}
