import Type from 'typebox';
import { nullable } from '../identifiers-schema.js';
import { Shortages } from '../sales/sale-schema.js';

const integer = (description: string) => Type.Integer({ description });
const text = (description: string) => Type.String({ description });

/** What problems say for programs, each member for some codes alone. */
export const PROBLEM_FACTS = {
  errors: Type.Array(
    Type.Object({
      at: text('the part of the request, and the place in it'),
      message: Type.String(),
      pointer: Type.Optional(text('JSON Pointer (RFC 6901) of the member, for a fault in the body')),
    }),
    { description: 'the faults of a request that breaks its schema' },
  ),
  requestId: text('for the operators, who find the cause in the log'),
  shortages: Shortages,
  sku: text('the product that it is about'),
  skus: Type.Array(Type.String(), { description: 'the products that do not exist' }),
  requestedQuantity: integer('units that were asked for'),
  maxPerSale: integer('units that one sale may take'),
  onHand: integer('units in the warehouse'),
  limit: integer('units that can be stored or that a customer may buy, or letters that a job can have'),
  faults: Type.Array(Type.String(), { description: 'what is wrong with an edited message' }),
  members: Type.Array(Type.String(), { description: 'the members that contradict each other' }),
  targetLevel: integer('as the product would have it'),
  reorderPoint: integer('as the product would have it'),
  salesFrom: text('as the product would have it'),
  salesUntil: text('as the product would have it'),
  remaining: integer('units that the customer may still buy'),
  resetsAt: nullable(
    Type.String({ description: 'when the customer may buy again; null: never, or nothing was bought' }),
  ),
  opensAt: text('when the sale of the product opens'),
  closedAt: text('when the sale of the product closed'),
  name: text('of the API key'),
  role: text('of the API key of the request'),
  requiredRole: text('that may do this'),
  id: text('of what is unknown, or in another state'),
  currentStatus: text('the state that it is in'),
  causeCode: text('the cause of the dead letter'),
  factoryId: text('the factory that does not exist'),
  cursor: text('the cursor that no page has'),
  message: text("for the tutorial's clients: what is wrong"),
};
