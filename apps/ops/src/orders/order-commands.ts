import { type Command, Option } from 'commander';
import { action, type NoteOption } from '../session.js';
import { wholeNumber, withExamples } from '../terminal/arguments.js';
import { type OrderListOptions } from './order-list.js';

const STATUSES = [
  'REQUESTED',
  'WAITING_FOR_FACTORY',
  'UNCONFIRMED',
  'ORDERED',
  'OVERDUE',
  'DEAD_LETTERED',
  'RECEIVED',
  'CANCELLED',
];

export function addOrderCommands(program: Command): void {
  const orders = program
    .command('orders')
    .description('restock orders, newest first')
    .option('--sku <sku>', 'of this product')
    .addOption(new Option('--status <status>', 'in this state').choices(STATUSES))
    .option('--limit <count>', 'how many', wholeNumber(1, 100_000), 20)
    .action(
      action<OrderListOptions>(async (...given) => (await import('./order-list.js')).listOrders(...given)),
    );
  withExamples(orders, 'orders --sku CP-502101', 'orders --status OVERDUE');

  const show = orders
    .command('show <id>')
    .description('one restock order with its timeline')
    .action(
      action<object, [string]>(async (session, _options, ...given) =>
        (await import('./order-details.js')).showOrder(session, ...given),
      ),
    );
  withExamples(show, 'orders show 3f6f1c2a');

  const cancel = orders
    .command('cancel <id>')
    .description('give an order up, so that the product can be ordered again; the factory is not told')
    .option('--note <text>', 'why: kept in its timeline and in the audit')
    .action(
      action<NoteOption, [string]>(async (...given) =>
        (await import('./order-details.js')).cancelOrder(...given),
      ),
    );
  withExamples(cancel, 'orders cancel 3f6f1c2a --note "the factory lost it"');
}
