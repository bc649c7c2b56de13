import { type Command } from 'commander';
import { action, type NoteOption } from '../session.js';
import { wholeNumber, withExamples } from '../terminal/arguments.js';
import { type SaleListOptions } from './sale-list.js';

export function addSaleCommands(program: Command): void {
  const sales = program
    .command('sales')
    .description('sales, newest first; those that wait for goods, first come, first served')
    .option('--sku <sku>', 'with a line of this product')
    .option('--mail <address>', 'of this buyer, as the buyer wrote it')
    .option('--waiting', 'only those that wait for goods')
    .option('--limit <count>', 'how many', wholeNumber(1, 100_000), 20)
    .action(
      action<SaleListOptions>(async (...given) => (await import('./sale-list.js')).listSales(...given)),
    );
  withExamples(sales, 'sales --sku CP-502101', 'sales --waiting');

  const show = sales
    .command('show <id>')
    .description('one sale, and its place while it waits')
    .action(
      action<object, [string]>(async (session, _options, ...given) =>
        (await import('./sale-details.js')).showSale(session, ...given),
      ),
    );
  withExamples(show, 'sales show 3f6f1c2a');

  const cancel = sales
    .command('cancel <id>')
    .description(
      'cancel a sale: one that waits gives up its place, the units of a confirmed one come back into stock',
    )
    .option('--note <text>', 'why: kept in the audit')
    .action(
      action<NoteOption, [string]>(async (...given) =>
        (await import('./sale-details.js')).cancelSale(...given),
      ),
    );
  withExamples(cancel, 'sales cancel 3f6f1c2a --note "returned by the buyer"');
}
