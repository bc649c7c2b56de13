/** What a cause of dead letters means, and what to do about it: as docs/errors.md says it. */
export interface CauseAdvice {
  meaning: string;
  advice: string;
}

const CAUSES: Record<string, CauseAdvice> = {
  'RECEIPT.FORGED': {
    meaning:
      "The signature does not match the callback's order, SKU, factory, quantity or expiry, or another key signed it. Nothing was added. The number of recorded ones is bounded (operations.md).",
    advice:
      'It cannot be redriven. If the goods are real (the signing key was changed), adjust the stock and discard. Otherwise discard, and find out where the callback comes from.',
  },
  'RECEIPT.EXPIRED': {
    meaning:
      'A callback with our signature came after CALLBACK_VALID_SECONDS, or to a sales process whose clock is ahead. Nothing was added.',
    advice:
      'Ask the factory. If the goods came, redrive: this approves the callback, and it is applied as a valid one. Otherwise discard.',
  },
  'RECEIPT.UNKNOWN_ORDER': {
    meaning:
      'The signature is ours, but the restock order does not exist: the database is older than the order, or another system uses the same signing key.',
    advice: 'If the goods came, adjust the stock. Discard.',
  },
  'RECEIPT.MISMATCH': {
    meaning: 'The signature is ours, but the order has another SKU or factory.',
    advice: "As above. Also find out who changed the order's row, or who else uses the signing key.",
  },
  'RECEIPT.QUANTITY_INVALID': {
    meaning: 'The delivered quantity is not a whole number of at least 1.',
    advice: 'Discard.',
  },
  'RECEIPT.ORDER_CANCELLED': {
    meaning: 'Goods came for an order that a person had cancelled.',
    advice: 'If the goods came, adjust the stock. Discard.',
  },
  'RECEIPT.OVER_DELIVERY': {
    meaning:
      'More units came than the order still lacks. None of this delivery was added. The factory may have made an order twice.',
    advice:
      'Count the units that came. Adjust the stock by that number, then discard. If the order stays open because of it, cancel it.',
  },
  'RECEIPT.STOCK_LIMIT': {
    meaning: 'With this delivery, stock on hand would exceed its limit. None of this delivery was added.',
    advice: 'Correct stock on hand by a stock adjustment, then redrive.',
  },
  'FACTORY.WAIT_LIMIT': {
    meaning:
      'The factory was away for longer than FACTORY_WAIT_LIMIT_SECONDS. The detail has its last fault.',
    advice: 'Redrive when the factory works again, or discard to cancel the order.',
  },
  'FACTORY.UNEXPECTED': {
    meaning:
      'The factory, or a proxy before it, answered with a status that the contract does not have, such as 200 or a redirect. Only with FACTORY_WAIT_LIMIT_SECONDS=0: else the order waits.',
    advice: "Look at what answers at the factory's URL. Redrive when it is the factory.",
  },
  'FACTORY.REFUSED': {
    meaning: 'The factory answered the last attempt with an error status. That attempt ordered nothing.',
    advice:
      'Ask the factory why. Redrive when it takes orders again, or discard to cancel the order. An earlier attempt without an answer may have placed the order (see FACTORY.TIMEOUT): a job leaves such a letter open.',
  },
  'FACTORY.TIMEOUT': {
    meaning: 'The factory did not answer within FACTORY_TIMEOUT_MS. It may have accepted the order.',
    advice:
      'Ask the factory first: a redrive orders again, and the factory may make the goods twice. If it has the order, leave the letter open until the goods come (they are accepted), then discard it.',
  },
  'FACTORY.UNREACHABLE': {
    meaning:
      'The connection failed, perhaps after the factory accepted the order. Or nothing was sent: the detail says that the address is not found or not allowed, or that FACTORY_WEBHOOK_KEY is missing.',
    advice:
      'If the detail is a broken connection (ECONNRESET, UND_ERR_SOCKET), act as for FACTORY.TIMEOUT. Otherwise redrive when the factory is reachable.',
  },
  'MAIL.NOT_SENT': {
    meaning:
      'SES refused this mail three times, or took no mail at all for MAIL_WAIT_LIMIT_SECONDS. The detail has its answer.',
    advice:
      'Fix the cause (an address that is not verified, a quota, an account that is paused), then redrive.',
  },
  'WEBHOOK.NOT_DELIVERED': {
    meaning:
      'An endpoint refused an event for a day, while it took others. The detail has its last answer, the event and the endpoint.',
    advice:
      'Ask who runs the endpoint. Redrive when it takes the event, which sends it once more under the same id; POST /webhook-deliveries/:id/resend tries for another day. Otherwise discard.',
  },
  'PROBE.TIME_LIMIT': {
    meaning:
      'A probe asked for a longer delay than PROBE_TIME_LIMIT_MS. Somebody tested the dead-letter queue.',
    advice: 'Discard.',
  },
  'HANDLER.TIMEOUT': {
    meaning: 'The handler did not finish within its time limit. Its work may still have been done.',
    advice:
      'Look at the log of that time. Handlers are idempotent, so redrive. For restock, see FACTORY.TIMEOUT.',
  },
  'HANDLER.DIED': {
    meaning:
      'No attempt recorded a cause: the worker died while it handled the message, or could not record the cause because the database was unavailable.',
    advice:
      'Redrive. If it becomes a dead letter again with this cause, the message crashes the worker: look at its body and at the log.',
  },
  'MESSAGE.CONTRACT_BROKEN': {
    meaning:
      'The body breaks the contract of the queue, and the detail lists the faults; or the queue does not exist.',
    advice:
      'A redrive of the same body fails again. If the sender or the contract was at fault, deploy the correction, then redrive; otherwise discard. A body that is not a JSON object cannot be redriven.',
  },
  'DATABASE.UNAVAILABLE': {
    meaning: 'The last attempt could not reach the database.',
    advice: 'Redrive when the database is reachable.',
  },
  'RESTOCK_ORDER.UNKNOWN': {
    meaning: 'The message is about a restock order that does not exist.',
    advice: 'Discard.',
  },
};

/** @returns undefined for a cause without an entry, such as the name of an error without a code */
export function adviceOn(cause: string): CauseAdvice | undefined {
  return Object.hasOwn(CAUSES, cause) ? CAUSES[cause] : undefined;
}
