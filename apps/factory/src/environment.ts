import { HttpEnvironment, LoggerEnvironment, readEnvironment } from '#runtime';
import Type, { type Static } from 'typebox';
import { FaultSettings } from './fault-settings.js';

const { properties } = FaultSettings;

export const FactoryEnvironment = Type.Object({
  ...LoggerEnvironment.properties,
  ...HttpEnvironment.properties,
  HOST: Type.String({ default: '127.0.0.1', description: 'the address it listens on' }),
  FACTORY_PORT: Type.Integer({
    default: 3002,
    minimum: 1,
    maximum: 65_535,
    description: 'the port it listens on',
  }),
  FACTORY_STATE_FILE: Type.Optional(
    Type.String({
      description: 'keeps accepted orders and changed faults; without it a restart forgets them',
    }),
  ),
  FACTORY_WEBHOOK_KEY: Type.Optional(
    Type.String({
      minLength: 32,
      description: 'signs the orders to a factory with a webhook, at least 32 characters',
    }),
  ),
  DRAIN_DELAY_MS: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 120_000,
    description: 'how long readiness fails before the process stops',
  }),
  FACTORY_LEAD_TIME_MS: Type.Integer({ ...properties.leadTimeMs, default: 10_000 }),
  FACTORY_LATENCY_MS: Type.Integer({ ...properties.latencyMs, default: 200 }),
  FACTORY_CONCURRENCY_LIMIT: Type.Integer({ ...properties.concurrencyLimit, default: 2 }),
  FACTORY_FAILURE_PERCENT: Type.Number({ ...properties.failurePercent, default: 0 }),
  FACTORY_FAILURE_STATUS: Type.Integer({ ...properties.failureStatus, default: 500 }),
  FACTORY_HANG_PERCENT: Type.Number({ ...properties.hangPercent, default: 0 }),
  FACTORY_DROP_AFTER_ACCEPT_PERCENT: Type.Number({ ...properties.dropAfterAcceptPercent, default: 0 }),
  FACTORY_DUPLICATE_PERCENT: Type.Number({ ...properties.duplicatePercent, default: 0 }),
  FACTORY_PARTIAL_PERCENT: Type.Number({ ...properties.partialPercent, default: 0 }),
  FACTORY_LATE_PERCENT: Type.Number({ ...properties.latePercent, default: 0 }),
  FACTORY_OUT_OF_ORDER_PERCENT: Type.Number({ ...properties.outOfOrderPercent, default: 0 }),
  FACTORY_SEED: Type.Integer({ ...properties.seed, default: 1 }),
});
export type FactoryEnvironment = Static<typeof FactoryEnvironment>;

/** @throws EnvironmentError naming every variable that is not usable */
export function readFactoryEnvironment(variables?: NodeJS.ProcessEnv): FactoryEnvironment {
  return readEnvironment(FactoryEnvironment, variables);
}

/** The faults in force from the start, where no earlier run has changed them. */
export function faultsOf(environment: FactoryEnvironment): FaultSettings {
  return {
    leadTimeMs: environment.FACTORY_LEAD_TIME_MS,
    latencyMs: environment.FACTORY_LATENCY_MS,
    concurrencyLimit: environment.FACTORY_CONCURRENCY_LIMIT,
    failurePercent: environment.FACTORY_FAILURE_PERCENT,
    failureStatus: environment.FACTORY_FAILURE_STATUS,
    hangPercent: environment.FACTORY_HANG_PERCENT,
    dropAfterAcceptPercent: environment.FACTORY_DROP_AFTER_ACCEPT_PERCENT,
    duplicatePercent: environment.FACTORY_DUPLICATE_PERCENT,
    partialPercent: environment.FACTORY_PARTIAL_PERCENT,
    latePercent: environment.FACTORY_LATE_PERCENT,
    outOfOrderPercent: environment.FACTORY_OUT_OF_ORDER_PERCENT,
    seed: environment.FACTORY_SEED,
  };
}
