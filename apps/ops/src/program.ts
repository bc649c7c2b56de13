import { Command, type CommanderError } from 'commander';
import { addCustomerCommands } from './customers/customer-commands.js';
import { addDeadLetterCommands } from './dead-letters/dead-letter-commands.js';
import { addJobCommands } from './jobs/job-commands.js';
import { addOperatorCommands } from './operators/operator-commands.js';
import { addOrderCommands } from './orders/order-commands.js';
import { addReconcileCommands } from './reconcile/reconcile-commands.js';
import { addSaleCommands } from './sales/sale-commands.js';
import { addStockCommands } from './stock/stock-commands.js';

const MORE = `
More of them, each with its own --help:
  dead-letters list, show, discard, mute
  jobs show, start, cancel, letters
  orders show, cancel
  sales show, cancel
  stock adjust, movements, suggest
  who did
  keys add, rotate, revoke

An id may be given by its beginning or its end, 4 characters or more. Tables show the ends.

Variables, from the environment or from a file .env in the project's folder:
  OPERATIONS_URL       where the sales API is (http://127.0.0.1 at SALES_PORT)
  OPERATIONS_KEY       your own API key; without it OPERATIONS_API_KEY;
                       without both, on this machine, the key of npm start in DATA_DIR
  NO_COLOR             no colours

The exit status is 0; 1 when something was refused or is not as it should be, or without an answer; 2 for a command line
that is not usable; 78 for an environment that is not; 130 after Ctrl-C.

Examples:
  npm run ops -- dead-letters                       what there is to do
  npm run ops -- redrive --cause FACTORY.REFUSED    plan, ask, redrive, and follow it
  npm run --silent ops -- stock --json              for another program`;

/** The whole command line. What a command needs is loaded when it runs. */
export function createProgram(): Command {
  const program = new Command('npm run ops --');
  const visibleGlobalOptions = (command: Command) => (command === program ? [] : [...program.options]);
  program
    .description(
      "The operators' command line: dead letters, orders, sales, stock, keys and the audit, by the sales API.",
    )
    .option('--url <url>', 'where the sales API is, in place of OPERATIONS_URL')
    .option('--json', "print the API's answer, for programs")
    .addHelpText('after', MORE)
    .helpCommand(false)
    .showHelpAfterError('See npm run ops -- --help, or --help after the command.')
    // Without those of a command between, which would be named twice.
    .configureHelp({ showGlobalOptions: true, visibleGlobalOptions })
    // In place of an exit in the middle of things.
    .exitOverride((error: CommanderError) => {
      throw error;
    });
  addDeadLetterCommands(program);
  addJobCommands(program);
  addOrderCommands(program);
  addSaleCommands(program);
  addStockCommands(program);
  addReconcileCommands(program);
  addCustomerCommands(program);
  addOperatorCommands(program);
  return program;
}
