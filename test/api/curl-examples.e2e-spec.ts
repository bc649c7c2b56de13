import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { eventually } from '../../libs/runtime/src/testing/eventually.js';
import { OPERATIONS_API_KEY, RunningSystem } from '../running-system.js';

const ROOT = join(import.meta.dirname, '../..');

interface Example {
  line: number;
  command: string;
  /** What it prints, where the document says so. */
  printed: string | undefined;
}

/** A document says "ten seconds later" where this waits until it is so. */
const PATIENCE_MS = 30_000;

describe.each(['README.md', 'README.ko.md', 'docs/api.md'])('the curl commands of %s', (file) => {
  const examples = examplesOf(readFileSync(join(ROOT, file), 'utf8'));
  let system: RunningSystem;
  let folder: string;

  beforeAll(async () => {
    system = await RunningSystem.start({ FACTORY_PROBE_INTERVAL_SECONDS: '2' });
    folder = mkdtempSync(join(tmpdir(), 'curl-examples-'));
    writeFileSync(join(folder, 'variables'), `export KEY=${OPERATIONS_API_KEY}\n`);
    if (spawnSync('curl', ['--version']).error) {
      // Node is all that the tests may need.
      symlinkSync(join(import.meta.dirname, 'curl.mjs'), join(folder, 'curl'));
    }
  }, 90_000);

  afterAll(async () => {
    await system.remove();
    rmSync(folder, { recursive: true });
  }, 60_000);

  /** Variables that one command sets are there for the next. */
  function run(command: string): string {
    const script = `set -a; . ${folder}/variables\n${command}\nstatus=$?\nexport -p > ${folder}/variables\nexit $status`;
    const { stdout, stderr, status } = spawnSync('sh', ['-c', script], {
      env: { PATH: [folder, process.env.PATH].join(delimiter), HOME: folder },
      encoding: 'utf8',
      timeout: PATIENCE_MS,
    });
    if (status !== 0) throw new Error(`${command}\nended with ${status}: ${stderr}`);
    return stdout;
  }

  function here(command: string): string {
    const ports = { 3000: 'sales', 3001: 'worker', 3002: 'factory', 8005: 'mail' } as const;
    let text = command;
    for (const [port, application] of Object.entries(ports)) {
      text = text.replaceAll(`http://127.0.0.1:${port}`, system.url(application, ''));
    }
    return text;
  }

  it.each(examples.map((example) => [example.line, example] as const))(
    'do what the page says: line %i',
    async (_, { command, printed }) => {
      const isRead = !/ -d | -X /.test(command);
      const compare = () => expectPrinted(run(here(command)), printed ?? '');
      if (isRead) await eventually(compare, PATIENCE_MS);
      else compare();
    },
    PATIENCE_MS + 10_000,
  );

  it('are there', () => expect(examples.length).toBeGreaterThan(4));
});

/** Each block of `sh` with curl in it, and the block right behind it. */
function examplesOf(document: string): Example[] {
  const blocks = [...document.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1]!,
    text: match[2]!.trim(),
    start: match.index,
    end: match.index + match[0].length,
  }));
  return blocks.flatMap(({ language, text, start, end }, index) => {
    if (language !== 'sh' || !text.includes('curl ')) return [];
    const next = blocks[index + 1];
    // Words between them may say that it takes a while. Another heading is about something else.
    const isAnswer = next?.language === '' && !/^#/m.test(document.slice(end, next.start));
    const line = document.slice(0, start).split('\n').length;
    return [{ line, command: text, printed: isAnswer ? next.text : undefined }];
  });
}

/** Every line of `expected` is there, in this order. Ids, times and tokens are others each time; `…` is anything. */
function expectPrinted(actual: string, expected: string): void {
  const lines = actual.split(/\r?\n/);
  let from = 0;
  for (const line of expected.split('\n').filter(Boolean)) {
    const at = lines.findIndex((given, index) => index >= from && patternOf(line).test(given));
    if (at < 0) throw new Error(`There is no line\n${line}\nin\n${actual}`);
    from = at + 1;
  }
  expect(from).toBeGreaterThanOrEqual(0);
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const TOKEN = /(?<="token":")[\w-]{43}(?=")/g;

function patternOf(line: string): RegExp {
  const source = line
    .replace(UUID, '\0id')
    .replace(TIME, '\0time')
    .replace(TOKEN, '\0token')
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('\0id', UUID.source)
    .replaceAll('\0time', TIME.source)
    .replaceAll('\0token', TOKEN.source)
    .replaceAll('…', '.*');
  return new RegExp(`^${source}$`);
}
