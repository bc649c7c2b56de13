import { type MailFacts } from '#queues';
import { lines, type MailTexts } from './mail-texts.js';

export const ENGLISH: MailTexts = {
  kinds: {
    DEAD_LETTER_OPENED: ({ deadLetterId, queue, causeCode, causeDetail, restockOrderId }, { salesUrl }) => ({
      subject: `[Donut-States] Dead letter in ${queue}: ${causeCode}`,
      text: lines(
        `A message of the queue "${queue}" could not be handled and needs a decision.`,
        `Cause: ${causeCode}: ${causeDetail}`,
        restockOrderId && `Restock order: ${salesUrl}/restock-orders/${restockOrderId}`,
        '',
        `Look:    GET  ${salesUrl}/dead-letters/${deadLetterId}`,
        `Retry:   POST ${salesUrl}/dead-letters/${deadLetterId}/redrive`,
        `Give up: POST ${salesUrl}/dead-letters/${deadLetterId}/discard`,
        `All:     GET  ${salesUrl}/dead-letters/groups, or npm run ops -- dead-letters`,
        '',
        'While it is open, other messages may fail for the same cause: each is another dead letter, and no other mail comes.',
      ),
    }),
    STOCK_RAN_OUT: ({ sku, name, restockOrderId }, { salesUrl, isOver }) => ({
      subject: `[Donut-States] ${name} (${sku}) ${isOver ? 'was sold out, and is back' : 'is sold out'}`,
      text: lines(
        `The last unit of ${name} (${sku}) has been sold, or is kept for a buyer who waits.`,
        isOver ? 'This mail is late: goods are there again, and nothing need be done.' : null,
        restockOrderId
          ? `A restock order is open: ${salesUrl}/restock-orders/${restockOrderId}`
          : 'No restock order is open.',
        isOver ? null : 'Advertising for it now brings buyers who will be refused.',
      ),
    }),
    RESTOCK_OVERDUE: (
      { restockOrderId, sku, factoryId, quantity, receivedQuantity, deadlineAt },
      { salesUrl },
    ) => ({
      subject: `[Donut-States] ${factoryId} is late with ${sku}`,
      text: lines(
        `${quantity} units of ${sku} were ordered from ${factoryId} and ${receivedQuantity} came by ${deadlineAt}.`,
        'Ask the factory. Goods that come after all are added to the stock by themselves.',
        '',
        `Look:    GET  ${salesUrl}/restock-orders/${restockOrderId}`,
        `Give up: POST ${salesUrl}/restock-orders/${restockOrderId}/cancel`,
      ),
    }),
    GOODS_EARLY: (
      { restockOrderId, sku, factoryId, quantity, elapsedSeconds, usualSeconds },
      { salesUrl },
    ) => ({
      subject: `[Donut-States] ${factoryId} delivered ${sku} implausibly early`,
      text: lines(
        `${quantity} units of ${sku} came from ${factoryId} ${elapsedSeconds.toLocaleString('en')} seconds after they were ordered. ${usualSeconds.toLocaleString('en')} seconds are usual.`,
        'They are in the stock, because their callback was signed. Ask the factory whether it has sent them, and count them.',
        'If it has not, correct the stock, and replace the callback signing key.',
        '',
        `Look:    GET  ${salesUrl}/restock-orders/${restockOrderId}`,
        `Correct: POST ${salesUrl}/products/${sku}/adjustments`,
      ),
    }),
    BACKORDER_FILLED: ({ saleId, lines: what, totalKrw }, { salesUrl }) => ({
      subject: '[Donut-States] The goods that you waited for are yours',
      text: lines(
        `Your purchase is confirmed: ${what}, ${totalKrw.toLocaleString('en')} KRW.`,
        `Look at it: ${salesUrl}/sales/${saleId}`,
      ),
    }),
    BACKORDER_EXPIRED: ({ saleId, lines: what, totalKrw }, { salesUrl }) => ({
      subject: '[Donut-States] The goods that you waited for did not come in time',
      text: lines(
        `Your purchase is over, and you owe nothing: ${what}, ${totalKrw.toLocaleString('en')} KRW.`,
        'If you still want it, buy it again.',
        `Look at it: ${salesUrl}/sales/${saleId}`,
      ),
    }),
    GOODS_RECEIVED: ({ sku, name, quantity, onHand }) => ({
      subject: `[Donut-States] ${name} (${sku}) is back`,
      text: lines(`${quantity} units of ${name} (${sku}) arrived; ${onHand} are on hand now.`),
    }),
    FACTORY_AWAY: ({ isReminder, since, cause, ...waiting }, { salesUrl }) => ({
      subject: `[Donut-States] Factory ${waiting.factoryName} is ${isReminder ? 'still ' : ''}away`,
      text: lines(
        `The factory ${waiting.factoryName} (${waiting.factoryId}) takes no orders since ${since}.`,
        `Cause: ${cause}`,
        waitingText(waiting),
        '',
        'It is tried again at intervals, and every order follows by itself when it is back. You need not do anything here.',
        `Look: GET ${salesUrl}/restock-orders?status=WAITING_FOR_FACTORY`,
      ),
    }),
    WEBHOOK_FAILING: ({ endpointId, origin, cause }, { salesUrl }) => ({
      subject: `[Donut-States] Webhooks do not reach ${origin}`,
      text: lines(
        `The webhook endpoint ${endpointId} at ${origin} gets no events: ${cause}`,
        'An endpoint that is away is tried again once a minute, and gets everything when it is back.',
        'One that answered 410 was disabled. What was recorded before waits, and is sent when you enable it; what happens until then is not recorded for it.',
        '',
        `Look:   GET   ${salesUrl}/webhook-deliveries?endpointId=${endpointId}`,
        `Enable: PATCH ${salesUrl}/webhook-endpoints/${endpointId}`,
      ),
    }),
    FACTORY_BACK: ({ since, until, ...waiting }) => ({
      subject: `[Donut-States] Factory ${waiting.factoryName} is back`,
      text: lines(
        `The factory ${waiting.factoryName} (${waiting.factoryId}) takes orders again since ${until}. It was away since ${since}.`,
        waitingText(waiting),
        'They are sent now, at the rate that the factory takes.',
      ),
    }),
  },
  severalBack: (products) => ({
    subject: `[Donut-States] ${products.length} products are back`,
    text: lines(
      'These products arrived:',
      '',
      ...products.map(
        ({ sku, name, quantity, onHand }) =>
          `- ${name} (${sku}): ${quantity} units; ${onHand} were on hand then`,
      ),
    ),
  }),
  at: (time) => `Time of the event: ${time}`,
};

type WaitingForFactory = Omit<MailFacts['FACTORY_BACK'], 'since' | 'until'>;

function waitingText({ orders, units, skus, refusedUnits, refusedKrw }: WaitingForFactory): string {
  return lines(
    `${orders} restock orders for ${units} units wait for it${orders > 0 ? `: ${skus}` : ''}.`,
    `Buyers were refused ${refusedUnits} units of them, for ${refusedKrw.toLocaleString('en')} KRW.`,
  );
}
