import { muteDeadLetterGroup } from '#client';
import { usageFailure } from '../failure.js';
import { type CommonOptions, type NoteOption, type Session } from '../session.js';
import { print, printJson } from '../terminal/output.js';
import { durationMs, fullTime, timeOf } from '../terminal/times.js';
import { type Queue } from './letter-filter.js';

export interface MuteOptions extends NoteOption {
  for?: string;
  until?: string;
  off?: boolean;
}

/** No mail of a queue and cause until a time, or mails again. */
export async function muteGroup(
  { api, json }: Session,
  options: MuteOptions & CommonOptions,
  queue: string,
  cause: string,
): Promise<void> {
  const { note } = options;
  const body = {
    queue: queue as Queue,
    cause,
    mutedUntil: mutedUntil(options),
    ...(note !== undefined && { note }),
  };
  const muted = await api.write((request) => muteDeadLetterGroup({ ...request, body }));
  if (json) return printJson(muted);
  if (muted.mutedUntil === null) print(`Mails tell of ${queue} ${cause} again.`);
  else
    print(
      `No mail tells of ${queue} ${cause} until ${fullTime(muted.mutedUntil)}. Then one tells of what came meanwhile.`,
    );
}

function mutedUntil(options: MuteOptions): string | null {
  if (options.off) return null;
  if (options.for !== undefined) return new Date(Date.now() + durationMs(options.for)).toISOString();
  if (options.until !== undefined) return timeOf(options.until);
  throw usageFailure('For how long? --for 2h, --until "2026-12-01 09:00", or --off');
}
