import { getRestockSuggestion, type RestockSuggestion } from '#client';
import { type Session } from '../session.js';
import { print, printJson } from '../terminal/output.js';
import { type Column, tableOf } from '../terminal/table.js';

type Figure = RestockSuggestion['figures'][number];

const COLUMNS: readonly Column[] = [
  { title: 'FIGURE' },
  { title: 'VALUE', align: 'right' },
  { title: 'UNIT' },
  { title: 'FORMULA' },
  { title: 'WITH' },
];

/** A suggested rule for a product, each number with its formula. */
export async function showSuggestion({ api, json }: Session, sku: string): Promise<void> {
  const suggestion = await api.read((request) => getRestockSuggestion({ ...request, path: { sku } }));
  if (json) return printJson(suggestion);
  print(await tableOf(COLUMNS, suggestion.figures.map(rowOf)));
  print(
    `It aims at ${suggestion.serviceLevel * 100} % of restock orders without a stock-out. The rule that is set decides.`,
  );
}

function rowOf({ name, value, unit, formula, inputs }: Figure) {
  return [
    name,
    value.toLocaleString('en', { maximumFractionDigits: 3 }),
    unit,
    formula,
    inputs.map((input) => `${input.name} ${input.value}`).join(', '),
  ];
}
