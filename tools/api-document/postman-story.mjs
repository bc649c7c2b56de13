import { OPERATOR_FOLDERS } from './postman-operators.mjs';

/**
 * The story that the Postman collection tells: folders of requests, each an operation of the API's document. What a request
 * has beside the examples of the document, and what is expected of it:
 *
 * - `path`, `query`, `headers`, `body`: in place of the examples. `{{name}}` is a variable of the collection.
 * - `change`: members of the body in place of those of its example.
 * - `status`: of the answer. Without it, any that the document declares for the operation.
 * - `keep`: what later requests need, by the name of the variable: the way to it in the answer.
 * - `expect`: a line of JavaScript that is to be true. `body` is the answer.
 * - `until`: the same, and the request is repeated until it is true: the factory takes its time.
 */
export const STORY = [
  {
    name: '1. Look around',
    description: 'What there is to buy.',
    requests: [
      { name: 'What is here', operation: 'getIndex', status: 200 },
      {
        name: 'All products',
        operation: 'listProducts',
        query: {},
        status: 200,
        expect: 'body.items.length > 0',
      },
      {
        name: 'One product',
        operation: 'getProduct',
        headers: {},
        status: 200,
        keep: { available: 'stock.available' },
        expect: "body.sku === 'CP-502101'",
      },
      { name: 'What an error means', operation: 'describeError', status: 200 },
    ],
  },
  {
    name: '2. A product of your own',
    description: 'So that the story is the same however often it is told. It needs the operations key.',
    requests: [
      {
        name: 'Create it',
        operation: 'saveProduct',
        path: { sku: '{{sku}}' },
        headers: {},
        change: {
          ...{ sku: undefined, name: 'Limited donut', reorderPoint: 0, targetLevel: 10, lotSize: 10 },
          ...{
            openingStock: undefined,
            maxRefusedDemand: null,
            maxPerCustomer: null,
            customerWindowSeconds: null,
          },
        },
        status: 201,
      },
      {
        name: 'Wait for its first goods',
        operation: 'getProduct',
        path: { sku: '{{sku}}' },
        headers: {},
        status: 200,
        until: 'body.stock.available >= 10',
      },
      {
        name: 'Change its price',
        operation: 'changeProduct',
        path: { sku: '{{sku}}' },
        headers: {},
        body: { priceKrw: 21_900 },
        status: 200,
        expect: 'body.priceKrw === 21900',
      },
      {
        name: 'Correct its stock',
        operation: 'adjustStock',
        path: { sku: '{{sku}}' },
        headers: {},
        body: { delta: 1, note: 'found behind the shelf' },
        status: 200,
        keep: { available: 'stock.available' },
      },
    ],
  },
  {
    name: '3. Buy, and sell out',
    description: 'A repeat is the same sale. The last buyer is refused, and told when there is more.',
    requests: [
      {
        name: 'Buy one',
        operation: 'placeSale',
        headers: { 'idempotency-key': '{{saleKey}}' },
        body: { lines: [{ sku: '{{sku}}', quantity: 1 }] },
        status: 201,
        keep: { saleId: 'id' },
        expect: "body.status === 'CONFIRMED'",
      },
      {
        name: 'The same once more: one sale',
        operation: 'placeSale',
        headers: { 'idempotency-key': '{{saleKey}}' },
        body: { lines: [{ sku: '{{sku}}', quantity: 1 }] },
        status: 201,
        expect: "body.id === pm.collectionVariables.get('saleId')",
      },
      {
        name: 'Another sale under the key: refused',
        operation: 'placeSale',
        headers: { 'idempotency-key': '{{saleKey}}' },
        body: { lines: [{ sku: '{{sku}}', quantity: 2 }] },
        status: 422,
        expect: "body.code === 'SALE.KEY_REUSED'",
      },
      { name: 'Look at it', operation: 'getSale', path: { id: '{{saleId}}' }, headers: {}, status: 200 },
      {
        name: 'Find it by its key',
        operation: 'listSales',
        query: { idempotencyKey: '{{saleKey}}' },
        status: 200,
        expect: "body.items[0].id === pm.collectionVariables.get('saleId')",
      },
      {
        name: 'Buy the rest',
        operation: 'placeSale',
        headers: {},
        body: { lines: [{ sku: '{{sku}}', quantity: 10 }] },
        status: 201,
      },
      {
        name: 'Come too late',
        operation: 'placeSale',
        headers: {},
        body: { lines: [{ sku: '{{sku}}', quantity: 1 }] },
        status: 409,
        keep: { restockOrderId: 'shortages.0.restockOrder.id' },
        expect: "body.code === 'STOCK.INSUFFICIENT'",
      },
      {
        name: 'Wait in line for the goods',
        operation: 'placeSale',
        headers: {},
        body: { lines: [{ sku: '{{sku}}', quantity: 1 }], onShortage: 'backorder' },
        status: 202,
        keep: { waitingId: 'id', saleToken: 'token' },
        expect: 'body.waiting.position === 1',
      },
      {
        name: 'And give it up',
        operation: 'leaveWaitlist',
        path: { id: '{{waitingId}}' },
        headers: { 'x-sale-token': '{{saleToken}}' },
        status: 200,
        expect: "body.status === 'CANCELLED'",
      },
    ],
  },
  {
    name: '4. The warehouse refills itself',
    description: 'The factory makes the goods, and calls back.',
    requests: [
      { name: 'All restock orders', operation: 'listRestockOrders', query: { sku: '{{sku}}' }, status: 200 },
      {
        name: 'Wait for this one',
        operation: 'getRestockOrder',
        path: { id: '{{restockOrderId}}' },
        headers: {},
        status: 200,
        until: "body.status === 'RECEIVED'",
      },
      {
        name: 'It is closed: it cannot be given up',
        operation: 'cancelRestockOrder',
        path: { id: '{{restockOrderId}}' },
        headers: {},
        status: 409,
        expect: "body.code === 'RESTOCK_ORDER.CLOSED'",
      },
      {
        name: 'Buy again',
        operation: 'placeSale',
        headers: {},
        body: { lines: [{ sku: '{{sku}}', quantity: 1 }] },
        status: 201,
      },
      {
        name: 'A callback that nobody ordered',
        operation: 'receiveGoods',
        path: { restockOrderId: '{{restockOrderId}}' },
        query: { quantity: '10', expires: '4102444800', signature: 'forged' },
        status: 403,
        expect: "body.code === 'CALLBACK.FORGED'",
      },
      { name: 'The books of the product', operation: 'getLedger', path: { sku: '{{sku}}' }, status: 200 },
      {
        name: 'Its movements',
        operation: 'listMovements',
        path: { sku: '{{sku}}' },
        query: { reason: 'ADJUSTMENT' },
        status: 200,
        expect: "body.items[0].note === 'found behind the shelf'",
      },
      {
        name: 'Does everything agree?',
        operation: 'reconcile',
        query: { full: 'true' },
        status: 200,
        expect: 'body.clean === true',
      },
      {
        name: 'What would be repaired?',
        operation: 'planRepairs',
        status: 200,
        expect: 'body.repairs.length === 0',
      },
      {
        name: 'Nothing is repaired that is sound',
        operation: 'repair',
        headers: {},
        body: { sku: '{{sku}}' },
        status: 200,
        expect: 'body.movements.length === 0',
      },
    ],
  },
  {
    name: '5. Dead letters',
    description: 'What could not be handled waits for a person: the forged callback is one.',
    requests: [
      {
        name: 'Wait for it',
        operation: 'listDeadLetters',
        query: { queue: 'goods-receipts', status: 'OPEN', limit: '1' },
        status: 200,
        keep: { deadLetterId: 'items.0.id' },
        until: 'body.items.length > 0',
      },
      { name: 'What there is to do', operation: 'listDeadLetterGroups', query: {}, status: 200 },
      { name: 'Look at it', operation: 'getDeadLetter', path: { id: '{{deadLetterId}}' }, status: 200 },
      {
        name: 'No mails of these for now',
        operation: 'muteDeadLetterGroup',
        headers: {},
        body: { queue: 'goods-receipts', cause: 'RECEIPT.FORGED', mutedUntil: null },
        status: 200,
      },
      {
        name: 'It would fail again',
        operation: 'redriveDeadLetter',
        path: { id: '{{deadLetterId}}' },
        headers: {},
        status: 422,
        expect: "body.code === 'DEAD_LETTER.NOT_REDRIVABLE'",
      },
      {
        name: 'Give it up',
        operation: 'discardDeadLetter',
        path: { id: '{{deadLetterId}}' },
        headers: {},
        status: 200,
        expect: "body.status === 'DISCARDED'",
      },
    ],
  },
  ...OPERATOR_FOLDERS,
  {
    name: '11. Is everything alive?',
    description: "Health, metrics, and the course's two functions.",
    requests: [
      { name: 'Alive', operation: 'isAlive', status: 200 },
      { name: 'Ready', operation: 'isReady', status: 200 },
      { name: 'Metrics', operation: 'getMetrics', status: 200 },
      { name: 'Hello', operation: 'hello', body: { input: 1 }, status: 200 },
      { name: 'Produce', operation: 'produce', body: { input: 1 }, status: 200 },
    ],
  },
];
