import 'reflect-metadata';
import { Database, SaleService } from '#inventory';
import { readEnvironment, runApplication } from '#runtime';
import { createSalesApplication } from '../../apps/sales/src/application.js';
import { SalesEnvironment } from '../../apps/sales/src/environment.js';
import { SubjectEnvironment } from '../environment.js';
import { conditionalUpdate } from './conditional-update.js';
import { course } from './course.js';
import { noOp } from './no-op.js';
import { pessimisticLock } from './pessimistic-lock.js';
import { type DeployedSubject, type SellFunction, type SubjectName } from './subject.js';

const SELLING: Record<
  Exclude<SubjectName, DeployedSubject | 'before' | 'plain-http'>,
  (database: Database) => SellFunction
> = {
  'no-op': noOp,
  'pessimistic-lock': pessimisticLock,
  'conditional-update': conditionalUpdate,
  course,
};

/** The sales service as it is deployed, but for how a sale is made. */
await runApplication(async () => {
  const environment = readEnvironment(SalesEnvironment);
  const { BENCH_SUBJECT: subject } = readEnvironment(SubjectEnvironment);
  const { application } = await createSalesApplication(environment);
  const database = application.get(Database, { strict: false });
  application.get(SaleService, { strict: false }).place = SELLING[subject](database);
  return {
    application,
    listen: {
      host: environment.HOST,
      port: environment.SALES_PORT,
      portVariable: 'SALES_PORT',
      drainDelayMs: environment.DRAIN_DELAY_MS,
    },
  };
});
