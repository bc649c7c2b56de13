import { Argument, type Command } from 'commander';
import { action } from '../session.js';
import { wholeNumber, withExamples } from '../terminal/arguments.js';
import { type AuditOptions } from './audit.js';
import { type RotateOptions } from './keys.js';

export function addOperatorCommands(program: Command): void {
  const who = program
    .command('who')
    .description('whose key this is, what it may do, and what operators did last')
    .action(action(async (session) => (await import('./audit.js')).showOperator(session)));
  withExamples(who, 'who');

  const did = who
    .command('did')
    .description('the audit: who did what, newest first')
    .option('--actor <name>', 'the name of a key, or of a task of the worker')
    .option('--action <action>', 'such as dead_letter.redriven')
    .option('--subject <subject>', 'a type such as product, an id or SKU, or both: product:CP-502101')
    .option('--since <time>', 'then or later: 2h (ago), 2026-12-01, "2026-12-01 03:00"')
    .option('--until <time>', 'before then')
    .option('--limit <count>', 'how many', wholeNumber(1, 100_000), 20)
    .action(action<AuditOptions>(async (...given) => (await import('./audit.js')).showAudit(...given)));
  withExamples(did, 'who did --actor kim --since 1d', 'who did --subject stock:CP-502101');
  addKeys(program);
}

function addKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description('the keys of operators, by name; for administrators')
    .action(action(async (session) => (await import('./keys.js')).listKeys(session)));
  withExamples(keys, 'keys');

  const add = keys
    .command('add <name>')
    .addArgument(new Argument('<role>', 'what it may do').choices(['viewer', 'operator', 'admin']))
    .description('make a key: it is shown this once')
    .action(
      action<object, [string, Role]>(async (session, _options, ...given) =>
        (await import('./keys.js')).addKey(session, ...given),
      ),
    );
  withExamples(add, 'keys add kim operator');

  const rotate = keys
    .command('rotate <name>')
    .description('replace a key by another of the same name and role: it is shown this once')
    .option('--overlap <span>', 'how long the key before is valid as well, 30 days at most', '1d')
    .action(
      action<RotateOptions, [string]>(async (...given) => (await import('./keys.js')).rotateKey(...given)),
    );
  withExamples(rotate, 'keys rotate kim --overlap 1h');

  const revoke = keys
    .command('revoke <name>')
    .description('end a key within two seconds, and the one before its rotation')
    .action(
      action<object, [string]>(async (session, _options, ...given) =>
        (await import('./keys.js')).revokeKey(session, ...given),
      ),
    );
  withExamples(revoke, 'keys revoke kim');
}

type Role = 'viewer' | 'operator' | 'admin';
