/** What `.env.example` says of one variable. */
export interface ExampleEntry {
  /** What stands behind `=`. */
  value: string;
  /** The lines above it, as one. */
  comment: string;
  /** What docker compose makes of it, where that is something else. */
  compose?: string;
}

const ENTRY = /((?:^# .*\n)*)^#([A-Z][A-Z0-9_]*)=(.*)$/gm;
const COMPOSE_NOTE = /^# (?:npm start and )?docker compose: (.+)$/m;

/** Every variable of `.env.example` by its name. */
export function exampleEntries(text: string): Map<string, ExampleEntry> {
  return new Map(
    [...text.matchAll(ENTRY)].map(([, lines, name, value]) => [
      name!,
      {
        value: value!,
        comment: lines!.replace(/^# /gm, '').replaceAll('\n', ' '),
        compose: COMPOSE_NOTE.exec(lines!)?.[1],
      },
    ]),
  );
}
