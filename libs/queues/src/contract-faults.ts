import Value from 'typebox/value';
import { type QueueName, QUEUES } from './queues.js';

/** The faults of `message` by the contract of `queue`, at most eight. They name places, never values. */
export function contractFaults(queue: QueueName, message: unknown): string[] {
  const contract = QUEUES[queue].message;
  if (Value.Check(contract, message)) return [];
  return (
    Value.Errors(contract, message)
      // An unknown property is reported twice. This is the report that does not say so.
      .filter(({ keyword }) => keyword !== 'boolean')
      .map(({ instancePath, message: fault }) => `${instancePath || '/'} ${fault}`)
  );
}
