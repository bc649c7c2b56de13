import { type Command } from 'commander';
import { action } from '../session.js';
import { wholeNumber, withExamples } from '../terminal/arguments.js';
import { type AdjustOptions } from './stock-adjustment.js';
import { type MovementOptions } from './stock-movements.js';

const MAX_DELTA = 1_000_000;

export function addStockCommands(program: Command): void {
  const stock = program
    .command('stock [sku]')
    .description('the stock of all products, or of one with its ledger and its restock orders')
    .action(
      action<object, [string | undefined]>(async (session, _options, sku) =>
        sku === undefined
          ? (await import('./stock-list.js')).listStock(session)
          : (await import('./stock-details.js')).showStock(session, sku),
      ),
    );
  withExamples(stock, 'stock', 'stock CP-502101');

  const adjust = stock
    .command('adjust <sku>')
    .argument('<delta>', 'units to add, or to take when negative', wholeNumber(-MAX_DELTA, MAX_DELTA))
    .description('correct the stock on hand by hand')
    .requiredOption('--note <text>', 'why: kept in the ledger and in the audit')
    .action(
      action<AdjustOptions, [string, number]>(async (...given) =>
        (await import('./stock-adjustment.js')).adjust(...given),
      ),
    );
  withExamples(adjust, 'stock adjust CP-502101 -3 --note "count of 22 November"');

  const movements = stock
    .command('movements <sku>')
    .description('the ledger of a product, movement by movement, newest first')
    .option('--since <time>', 'then or later: 2h (ago), 2026-12-01, "2026-12-01 03:00"')
    .option('--until <time>', 'before then')
    .option('--limit <count>', 'how many', wholeNumber(1, 100_000), 20)
    .action(
      action<MovementOptions, [string]>(async (...given) =>
        (await import('./stock-movements.js')).listMovementsOf(...given),
      ),
    );
  withExamples(movements, 'stock movements CP-502101 --since 2h');

  const suggest = stock
    .command('suggest <sku>')
    .description(
      'a suggested reorder point and order quantity, each number with its formula; changes nothing',
    )
    .action(
      action<object, [string]>(async (session, _options, sku) =>
        (await import('./stock-suggestion.js')).showSuggestion(session, sku),
      ),
    );
  withExamples(suggest, 'stock suggest CP-502101');
}
