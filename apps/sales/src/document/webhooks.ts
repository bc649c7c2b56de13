import Type, { type TProperties } from 'typebox';
import { EXAMPLE_ID, Id, nullable, Sku, Time } from '../identifiers-schema.js';
import { Sale } from '../sales/sale-schema.js';
import { exampleOf } from './examples.js';
import { type Operation, type Schema } from './openapi-document.js';

const quantity = Type.Integer({ description: 'units', examples: [100] });
const name = Type.String({ examples: ['도넛'] });

const EVENTS: Record<string, { summary: string; data: TProperties; title: string }> = {
  'sale.confirmed': {
    title: 'SaleConfirmed',
    summary: 'A sale was confirmed',
    data: Sale.properties,
  },
  'sale.ended': {
    title: 'SaleEnded',
    summary: 'A sale was cancelled, or has waited for too long',
    data: {
      id: Id,
      status: Type.Enum(['CANCELLED', 'EXPIRED'], { examples: ['CANCELLED'] }),
      previousStatus: Type.Enum(['WAITING', 'CONFIRMED'], { examples: ['WAITING'] }),
    },
  },
  'stock.sold_out': {
    title: 'StockSoldOut',
    summary: 'The last unit of a product was sold',
    data: { sku: Sku, name, restockOrderId: nullable(Id) },
  },
  'stock.back': {
    title: 'StockBack',
    summary: 'The goods of a restock order are all there',
    data: { sku: Sku, name, quantity, onHand: Type.Integer({ description: 'units', examples: [100] }) },
  },
  'restock.overdue': {
    title: 'RestockOverdue',
    summary: 'Goods did not come in time',
    data: {
      restockOrderId: Id,
      sku: Sku,
      factoryId: Type.String({ examples: ['FF-500293'] }),
      quantity,
      receivedQuantity: Type.Integer({ description: 'units that came', examples: [0] }),
      deadlineAt: Time,
    },
  },
};

const HEADERS = (id: string) => [
  { name: 'webhook-id', description: 'the id of the event', example: id },
  { name: 'webhook-timestamp', description: 'of this attempt, in seconds since 1970', example: '1796100000' },
  {
    name: 'webhook-signature',
    description: '`v1,` and the signature in base64; several with spaces between after a secret was replaced',
    example: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  },
];

/** What the service sends: the `webhooks` of the document. */
export function webhookOperations(): Record<string, { post: Operation & { description: string } }> {
  return Object.fromEntries(
    Object.entries(EVENTS).map(([type, { summary, data, title }]) => {
      const id = `${type.replace('.', '_')}_${EXAMPLE_ID}`;
      const event = Type.Object(
        {
          id: Type.String({
            description: 'the same whenever it is sent',
            examples: [id],
          }),
          type: Type.Literal(type),
          timestamp: { ...Time, description: 'when it happened' },
          sequence: Type.Integer({ description: 'counts the events of the endpoint', examples: [1] }),
          data: Type.Object(data),
        },
        { title },
      );
      const schema = structuredClone(event) as Schema;
      const post = {
        operationId: `on${title}`,
        summary,
        description:
          'Signed by the Standard Webhooks specification. It may come more than once, and in any order.',
        tags: ['webhooks'],
        security: [],
        parameters: HEADERS(id).map((header) => ({
          ...header,
          in: 'header',
          required: true,
          schema: { type: 'string' },
        })),
        requestBody: {
          required: true,
          content: { 'application/json': { schema, example: exampleOf(schema, false) } },
        },
        responses: {
          '2XX': { description: 'taken' },
          '3XX': { description: 'not followed: as 4XX' },
          '408': { description: 'away: everything waits, for as long as `Retry-After` says' },
          '410': { description: 'nothing is wanted any more: the endpoint is disabled' },
          '425': { description: 'away: everything waits, for as long as `Retry-After` says' },
          '429': { description: 'away: everything waits, for as long as `Retry-After` says' },
          '4XX': { description: 'refused: it is sent again for a day, while others are taken' },
          '5XX': { description: 'as 4XX; where nothing is taken, everything waits' },
        },
      };
      return [type, { post }];
    }),
  );
}
