import { CORRECTED_REASONS } from '#inventory';
import Type, { type Static } from 'typebox';
import { EXAMPLE_ID, nullable, Sku } from '../identifiers-schema.js';

const ExplainedDifference = Type.Object(
  {
    invariant: Type.String({ examples: ['every unit sold has left the stock'] }),
    subject: Type.String({ description: 'the SKU, order or sale', examples: ['CP-502101'] }),
    expected: Type.String({ examples: ['2'] }),
    actual: Type.String({ examples: ['0'] }),
    cause: nullable(
      Type.String({
        description: 'what it comes from; null where the books do not tell',
        examples: [`The movement of posting ${EXAMPLE_ID} (2 units) was deleted.`],
      }),
    ),
    repairedWith: nullable(
      Type.String({
        description: 'the SKU whose repair mends it; null where none does',
        examples: ['CP-502101'],
      }),
    ),
    decision: nullable(
      Type.String({
        description: 'why only a person can mend it; null where a repair does',
        examples: [null],
      }),
    ),
  },
  { title: 'ExplainedDifference' },
);

const values = (description: string, example: object) =>
  Type.Object(
    {
      onOrder: Type.Optional(Type.Integer()),
      receivedQuantity: Type.Optional(Type.Integer()),
      openSku: Type.Optional(nullable(Type.String())),
    },
    { description, examples: [example] },
  );

const repairParts = {
  sku: Sku,
  movements: Type.Array(
    Type.Object({
      delta: Type.Integer({ description: 'units added, or taken when negative', examples: [-2] }),
      corrects: Type.Unsafe<(typeof CORRECTED_REASONS)[number] | null>({
        type: ['string', 'null'],
        enum: [...CORRECTED_REASONS, null],
        description: 'the reason for which its units count',
        examples: ['SALE'],
      }),
      movesStock: Type.Boolean({
        description: 'whether the stock changes with it; otherwise the ledger alone is put right',
        examples: [false],
      }),
      note: Type.String({ examples: ['repair: 2 units sold without a movement'] }),
    }),
    { description: 'each an `ADJUSTMENT`' },
  ),
  corrections: Type.Array(
    Type.Object({
      subjectType: Type.Enum(['stock', 'restock_order'], { examples: ['restock_order'] }),
      subjectId: Type.String({ description: 'a SKU, or an id', examples: [EXAMPLE_ID] }),
      oldValues: values('what is wrong', { receivedQuantity: 5 }),
      newValues: values('what is right', { receivedQuantity: 6 }),
    }),
    { description: 'of what no movement can express; kept in the audit' },
  ),
};

const SkuRepair = Type.Object(repairParts, { title: 'SkuRepair' });

export const RepairPlan = Type.Object(
  { differences: Type.Array(ExplainedDifference), repairs: Type.Array(SkuRepair) },
  { title: 'RepairPlan' },
);

export const Repair = Type.Object(
  {
    sku: Sku,
    differences: Type.Array(ExplainedDifference, { description: 'as they were found, before the repair' }),
    movements: repairParts.movements,
    corrections: repairParts.corrections,
  },
  { title: 'Repair' },
);

export const RepairSku = Type.Object({ sku: Sku }, { additionalProperties: false, title: 'RepairSku' });
export type RepairSku = Static<typeof RepairSku>;
