import { Database } from '#inventory';
import { QueuePublisher } from '#messaging';
import { Readiness } from '#runtime';
import { Injectable } from '@nestjs/common';

/** The parts that the sales service needs to be ready. */
@Injectable()
export class SalesReadiness {
  constructor(readiness: Readiness, database: Database, queues: QueuePublisher) {
    readiness.require('database', () => database.assertWritable());
    // A sale writes its messages to the outbox: it must not be turned away because the queue is.
    readiness.watch('queue', () => queues.ping());
  }
}
