import { CreateWarehouse1763800000000 } from './1763800000000-create-warehouse.js';
import { PostSalesTogether1763900000000 } from './1763900000000-post-sales-together.js';
import { AddHeartbeat1764000000000 } from './1764000000000-add-heartbeat.js';
import { KeepKeyedRequests1764120000000 } from './1764120000000-keep-keyed-requests.js';
import { WaitForFactories1764300000000 } from './1764300000000-wait-for-factories.js';
import { WaitForMail1764400000000 } from './1764400000000-wait-for-mail.js';
import { LearnLeadTimes1764500000000 } from './1764500000000-learn-lead-times.js';
import { ChooseFactoryAdapters1764600000000 } from './1764600000000-choose-factory-adapters.js';
import { CountMailAttempts1764700000000 } from './1764700000000-count-mail-attempts.js';
import { FindSales1764800000000 } from './1764800000000-find-sales.js';
import { AddWebhooks1764900000000 } from './1764900000000-add-webhooks.js';
import { KnowOperators1765000000000 } from './1765000000000-know-operators.js';
import { RepairBooks1765100000000 } from './1765100000000-repair-books.js';
import { AllowCallbackAddresses1765200000000 } from './1765200000000-allow-callback-addresses.js';
import { FindOldRows1765300000000 } from './1765300000000-find-old-rows.js';
import { WorkOnDeadLetters1765400000000 } from './1765400000000-work-on-dead-letters.js';
import { StateArrivalRanges1765500000000 } from './1765500000000-state-arrival-ranges.js';
import { EndProducts1765600000000 } from './1765600000000-end-products.js';
import { OpenSales1765600000001 } from './1765600000001-open-sales.js';
import { LimitCustomers1765600000002 } from './1765600000002-limit-customers.js';
import { ExpireCustomerData1765700000000 } from './1765700000000-expire-customer-data.js';
import { WaitForGoods1765800000000 } from './1765800000000-wait-for-goods.js';

/** Every migration, oldest first. Listed by class: a glob finds other files under another build. */
export const MIGRATIONS = [
  CreateWarehouse1763800000000,
  PostSalesTogether1763900000000,
  AddHeartbeat1764000000000,
  KeepKeyedRequests1764120000000,
  WaitForFactories1764300000000,
  WaitForMail1764400000000,
  LearnLeadTimes1764500000000,
  ChooseFactoryAdapters1764600000000,
  CountMailAttempts1764700000000,
  FindSales1764800000000,
  AddWebhooks1764900000000,
  KnowOperators1765000000000,
  RepairBooks1765100000000,
  AllowCallbackAddresses1765200000000,
  FindOldRows1765300000000,
  WorkOnDeadLetters1765400000000,
  StateArrivalRanges1765500000000,
  EndProducts1765600000000,
  OpenSales1765600000001,
  LimitCustomers1765600000002,
  ExpireCustomerData1765700000000,
  WaitForGoods1765800000000,
];
