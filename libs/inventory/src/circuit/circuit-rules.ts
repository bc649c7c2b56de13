import { type Circuit } from './circuit.entity.js';

export interface CircuitLimits {
  /** So many failures in a row open the circuit. */
  failureThreshold: number;
  /** The time between two probes of a dependency whose circuit is open, in ms. */
  probeIntervalMs: number;
  callsPerMinute: number;
  /** Calls that may follow each other at once, before the rate applies. 1 or more. */
  burst: number;
}

/** Whether a caller may call the dependency now. */
export type Admission =
  | { kind: 'ADMITTED' }
  /** `until` is when it makes sense to ask again. */
  | { kind: 'REFUSED'; cause: 'OUTAGE' | 'RATE'; until: Date };

const MINUTE_MS = 60_000;

/**
 * Admits a call, and changes `circuit` accordingly; a refusal changes nothing. While the circuit is open, one caller probes
 * the dependency at a time. The rate is that of the generic cell rate algorithm, a token bucket that stores one time.
 *
 * @param caller names the one who calls, so that a probe that was promised to it is not refused
 */
export function admit(circuit: Circuit, caller: string, now: Date, limits: CircuitLimits): Admission {
  const isOpen = circuit.state === 'OPEN';
  if (isOpen && circuit.probe !== caller && now < circuit.retryAt!) {
    return { kind: 'REFUSED', cause: 'OUTAGE', until: circuit.retryAt! };
  }
  const intervalMs = MINUTE_MS / limits.callsPerMinute;
  const dueMs = Math.max(now.getTime(), circuit.nextCallAt?.getTime() ?? 0);
  const earliestMs = dueMs - (limits.burst - 1) * intervalMs;
  if (earliestMs > now.getTime()) {
    return { kind: 'REFUSED', cause: 'RATE', until: new Date(Math.ceil(earliestMs)) };
  }
  circuit.nextCallAt = new Date(dueMs + intervalMs);
  if (isOpen) promiseProbe(circuit, caller, now, limits);
  return { kind: 'ADMITTED' };
}

/** Whether the dependency may be probed, and nobody does. */
export function isProbeDue({ state, retryAt }: Circuit, now: Date): boolean {
  return state === 'OPEN' && now >= retryAt!;
}

/** `caller` probes the dependency; nobody else does before the next probe is due. */
export function promiseProbe(
  circuit: Circuit,
  caller: string,
  now: Date,
  { probeIntervalMs }: CircuitLimits,
): void {
  circuit.probe = caller;
  circuit.retryAt = new Date(now.getTime() + probeIntervalMs);
}

/**
 * Counts a failed call. The circuit opens at the threshold, or at once when the dependency announced how long it will be
 * away.
 *
 * @param announcedMs how long the dependency asked to be left alone, if it did
 */
export function recordFailedCall(
  circuit: Circuit,
  reason: string,
  now: Date,
  { failureThreshold, probeIntervalMs }: CircuitLimits,
  announcedMs = 0,
): void {
  circuit.failures += 1;
  circuit.reason = reason.slice(0, 500);
  if (circuit.state === 'CLOSED') {
    if (circuit.failures < failureThreshold && announcedMs === 0) return;
    circuit.state = 'OPEN';
    circuit.openedAt = now;
  }
  circuit.probe = null;
  const retryMs = now.getTime() + Math.max(probeIntervalMs, announcedMs);
  // A call that was under way must not cut an announced wait short.
  circuit.retryAt = new Date(Math.max(retryMs, circuit.retryAt?.getTime() ?? 0));
}

/** The dependency answered. @returns whether that ended an outage */
export function recordAnsweredCall(circuit: Circuit): boolean {
  const wasOpen = circuit.state === 'OPEN';
  circuit.failures = 0;
  circuit.state = 'CLOSED';
  circuit.openedAt = null;
  circuit.retryAt = null;
  circuit.probe = null;
  circuit.reason = null;
  circuit.toldAt = null;
  return wasOpen;
}
