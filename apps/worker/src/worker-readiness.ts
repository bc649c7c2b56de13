import { Database } from '#inventory';
import { ConsumerHealth, QueuePublisher } from '#messaging';
import { Readiness } from '#runtime';
import { Injectable } from '@nestjs/common';

/** The parts that the worker needs to be ready. */
@Injectable()
export class WorkerReadiness {
  constructor(readiness: Readiness, database: Database, queues: QueuePublisher, consumers: ConsumerHealth) {
    readiness.require('database', () => database.assertWritable());
    readiness.require('queue', () => queues.ping());
    readiness.require('consumers', () => consumers.check());
  }
}
