import { RULES, type Contradiction, type Moment } from './contradiction.js';
import { type HistoryCheck } from './check-history.js';

/** The verdict for people. The shortest contradiction is shown as a timeline, the others as a line for each rule. */
export function reportOf(file: string, { operations, sales, contradictions }: HistoryCheck): string {
  const [first, ...others] = contradictions;
  const size = `${operations.toLocaleString('en')} operations, ${sales.toLocaleString('en')} sales`;
  if (!first) return `${file}: true (${size})`;
  const byRule = Map.groupBy(others, ({ rule }) => rule);
  return [
    `${file}: CONTRADICTORY (${size}), ${contradictions.length} found`,
    ...timeline(first),
    ...(byRule.size > 0 ? ['  Other contradictions:'] : []),
    ...[...byRule].map(([rule, found]) => `  ${rule} (${found.length}): ${found[0]!.summary}`),
  ].join('\n');
}

function timeline({ rule, summary, excerpt }: Contradiction): string[] {
  const began = excerpt.find(({ time }) => time !== undefined && Number.isFinite(time))?.time ?? 0;
  const since = ({ time }: Moment) =>
    time === undefined || !Number.isFinite(time) ? '' : `${(time - began).toLocaleString('en')} ms`;
  return [
    `  ${rule}: ${summary}`,
    `  A true history has ${RULES[rule]}.`,
    ...excerpt.map((moment) => `  ${since(moment).padStart(12)}  ${moment.text}`),
  ];
}
