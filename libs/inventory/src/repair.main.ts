import 'reflect-metadata';
import { runCommand } from '#runtime';
import { userInfo } from 'node:os';
import { type DataSource } from 'typeorm';
import { AuditService } from './audit/audit.service.js';
import { DatabaseClock } from './database/clock.js';
import { createDatabase } from './database/create-database.js';
import { onExistingWarehouse } from './existing-warehouse.js';
import { OutboxService } from './outbox/outbox.service.js';
import { CheckpointService } from './reconcile/checkpoint/checkpoint.service.js';
import { ReconcileService } from './reconcile/reconcile.service.js';
import { differencesText, repairsText } from './reconcile/repair/repair-text.js';
import { RepairService } from './reconcile/repair/repair.service.js';
import { RestockService } from './restock/restock.service.js';
import { NotificationService } from './notification/notification.service.js';
import { StockService } from './stock/stock.service.js';
import { SaleFilling } from './waitlist/sale-filling.js';
import { WaitlistService } from './waitlist/waitlist.service.js';
import { WebhookEvents } from './webhook/webhook-events.service.js';
import { WebhookSubscriptions } from './webhook/webhook-subscriptions.service.js';

const USAGE = `Mends what npm run reconcile finds, where sales and goods receipts decide how. Stock and ledger change by adjustments
only, each with an entry in the audit. What can be bought is never raised.

  npm run repair -- --dry-run     each difference, its cause, and what would mend it; changes nothing
  npm run repair                  mends it, and shows what is left for a person
  npm run repair -- --help        this text

Ledger and audit name the user of this machine as the operator: os:USER.

Variables, from the environment or from a file .env in the project's folder:
  DATABASE_URL                    mysql://user:password@host:3306/database, or a file for the embedded database
                                  (warehouse.sqlite in DATA_DIR, that of npm start)
  DATA_DIR                        where npm start keeps its data (.donut-states)
  DATABASE_PASSWORD               the password, where DATABASE_URL has none
  DATABASE_PASSWORD_FILE          a file with the password
  DATABASE_TLS_CA                 the certificate authority of MySQL

The exit status is 0 when no difference is left, otherwise 1.`;

await runCommand({
  usage: USAGE,
  options: { 'dry-run': { type: 'boolean' } },
  run: async (given) =>
    onExistingWarehouse(async (dataSource) => {
      const repairs = repairService(dataSource);
      await (given['dry-run'] ? plan(repairs) : apply(repairs));
    }),
});

async function plan(repairs: RepairService): Promise<void> {
  const { differences, repairs: planned } = await repairs.plan();
  show('Differences:', differencesText(differences));
  show('A repair would make:', repairsText(planned));
  end(differences.length);
}

async function apply(repairs: RepairService): Promise<void> {
  const { repaired, remaining } = await repairs.apply(operator());
  show('Repaired:', repairsText(repaired));
  show('Left for a person:', differencesText(remaining));
  end(remaining.length);
}

function show(title: string, text: string): void {
  if (text !== '') console.log(`${title}\n\n${text}\n`);
}

function end(differences: number): void {
  if (differences === 0) console.log('The books agree.');
  else process.exitCode = 1;
}

/** No API key has a name with a colon: a command cannot pass for one of them. */
function operator(): string {
  try {
    return `os:${userInfo().username}`;
  } catch {
    // In a container the user may have a number and no name.
    return `os:${process.getuid?.() ?? 'unknown'}`;
  }
}

function repairService(dataSource: DataSource): RepairService {
  const database = createDatabase(dataSource);
  const clock = new DatabaseClock(database);
  const stock = new StockService(database);
  const outbox = new OutboxService(database, clock);
  const filling = new SaleFilling(
    stock,
    new NotificationService(database, clock, outbox),
    new WebhookEvents(new WebhookSubscriptions(database), outbox),
  );
  return new RepairService(
    database,
    clock,
    new ReconcileService(database, clock, new CheckpointService(database, clock)),
    stock,
    new WaitlistService(stock, filling),
    new RestockService(database, clock, stock, outbox),
    new AuditService(database, clock),
  );
}
