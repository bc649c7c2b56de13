import { type HistoryRecorder } from '../../test/history/history-recorder.js';
import { type Group } from '../cell.js';
import { type Scenario } from '../scenarios.js';

export interface LoadOrder {
  port: number;
  connections: number;
  arrivalsPerSecond: Group['arrivalsPerSecond'];
  seconds: number;
  scenario: Scenario;
  /** Records each request, which takes processor time: the figures of such a load mean nothing. */
  history?: HistoryRecorder;
}

/** What one load generator saw. */
export interface LoadResult {
  /** Answered requests. */
  requests: number;
  durationMs: number;
  /** Answers other than 2xx and 3xx. */
  otherAnswers: number;
  /** Requests that got no answer: the connection broke, or the time was up. */
  unanswered: number;
  p50Ms: number;
  p99Ms: number;
  p999Ms: number;
  /** Keys made, one for each request that is no replay. The last of them may not have been answered. */
  freshKeys: number;
  /** Requests that repeated an earlier one. */
  replays: number;
}

/** Sends one request after the other over each of its connections, each with a key of its own but for replays. */
export interface LoadGenerator {
  name: string;
  run(order: LoadOrder, signal: AbortSignal): Promise<LoadResult>;
}

/** How long an answer is waited for. */
export const ANSWER_TIMEOUT_SECONDS = 10;

/**
 * Generators that ran side by side, as one. Of their latencies the slowest stands for all: quantiles cannot be added,
 * and this errs against the subject.
 */
export function together(results: readonly LoadResult[]): LoadResult {
  const sum = (figure: (result: LoadResult) => number) =>
    results.reduce((total, result) => total + figure(result), 0);
  const highest = (figure: (result: LoadResult) => number) => Math.max(...results.map(figure));
  return {
    requests: sum(({ requests }) => requests),
    durationMs: highest(({ durationMs }) => durationMs),
    otherAnswers: sum(({ otherAnswers }) => otherAnswers),
    unanswered: sum(({ unanswered }) => unanswered),
    p50Ms: highest(({ p50Ms }) => p50Ms),
    p99Ms: highest(({ p99Ms }) => p99Ms),
    p999Ms: highest(({ p999Ms }) => p999Ms),
    freshKeys: sum(({ freshKeys }) => freshKeys),
    replays: sum(({ replays }) => replays),
  };
}
