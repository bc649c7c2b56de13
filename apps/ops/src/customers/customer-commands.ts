import { type Command } from 'commander';
import { action } from '../session.js';
import { withExamples } from '../terminal/arguments.js';
import { type ForgetOptions } from './forget.js';

export function addCustomerCommands(program: Command): void {
  const forget = program
    .command('forget <mail>')
    .description(
      'erase the e-mail address of a buyer everywhere; the books stay as they are; for administrators',
    )
    .option('--dry-run', 'only count where it stands')
    .option('--yes', 'without a question')
    .option('--note <text>', 'why; the audit shows it, without the address')
    .action(
      action<ForgetOptions, [string]>(async (...given) => (await import('./forget.js')).forget(...given)),
    );
  withExamples(forget, 'forget kim@example.com --dry-run', 'forget kim@example.com --note "asked by mail"');
}
