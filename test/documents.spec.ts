import { describe, expect, it } from '@jest/globals';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import Type, { type TObject } from 'typebox';
import { readEnvironment } from '#runtime';
import { SalesEnvironment } from '../apps/sales/src/environment.js';
import { ERROR_CATALOGUE } from '../apps/sales/src/problem/error-catalogue.js';
import { readSettings, systemEnvironment } from '../apps/standalone/src/settings.js';
import { WorkerEnvironment } from '../apps/worker/src/environment.js';
import { COMPOSE_FILE } from './environment/deployments.js';
import { exampleEntries } from './environment/example-file.js';

/** What a schema says of one variable. */
interface Described {
  default?: string | number;
  description?: string;
}

const ROOT = join(import.meta.dirname, '..');
const DOCUMENTS = globSync(['*.md', '*/README.md', 'docs/**/*.md'], { cwd: ROOT }).sort();
const SOURCES = globSync(['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'], { cwd: ROOT })
  .filter((file) => !/[.-]spec\.ts$/.test(file) && !file.includes('/testing/'))
  .sort();

describe('docs/errors.md', () => {
  const errors = read('docs/errors.md');

  it('lists every error of the catalogue as it is, and no other', () => {
    const listed = tableUnder(errors, 'Answers').map(([code, status, title, advice]) => [
      bare(code),
      { status: Number(status), title, advice },
    ]);
    expect(Object.fromEntries(listed)).toEqual(ERROR_CATALOGUE);
    expect(listed).toHaveLength(Object.keys(ERROR_CATALOGUE).length);
  });

  it('explains every cause that a message can fail for, and none that there is not', () => {
    const literal = /'((?:FACTORY|HANDLER|MAIL|MESSAGE|PROBE|QUEUE|RECEIPT|WEBHOOK)\.[A-Z_]+)'/g;
    const inCode = new Set(SOURCES.flatMap((file) => matches(read(file), literal)));
    const explained = ['Causes of dead letters', 'In the log only'].flatMap((heading) =>
      tableUnder(errors, heading).map(([code]) => bare(code)),
    );
    const missing = [...inCode].filter((code) => !(code in ERROR_CATALOGUE) && !explained.includes(code));
    const stale = explained.filter((code) => !(code in ERROR_CATALOGUE) && !inCode.has(code));
    expect({ missing, stale }).toEqual({ missing: [], stale: [] });
  });
});

describe('the variables', () => {
  /** Read by the AWS SDK itself. */
  const SDK_VARIABLES = [
    'AWS_ACCESS_KEY_ID',
    'AWS_ENDPOINT_URL_SES',
    'AWS_ENDPOINT_URL_SQS',
    'AWS_SECRET_ACCESS_KEY',
  ];
  /** What `npm start` tells its own servers, whatever the environment says. */
  const INTERNAL_VARIABLES = ['MAIL_FILE', 'QUEUE_DIRECTORY'];

  const example = read('.env.example');
  // The schemas of libs/queues are of messages.
  const schemas = SOURCES.filter((file) => !file.startsWith(join('libs', 'queues')));
  const declared = new Set(
    schemas.flatMap((file) => matches(read(file), /^\s+([A-Z][A-Z0-9_]*): (?:Type\.|port\(|text\()/gm)),
  );
  const expected = [...declared, ...SDK_VARIABLES]
    .filter((name) => !INTERNAL_VARIABLES.includes(name))
    .sort();
  /** With those that docker-compose.yml alone takes: they are explained in docker/README.md. */
  const withCompose = [...new Set([...expected, ...COMPOSE_FILE.interpolated.keys()])].sort();

  it('stand in .env.example, all of them, and no other', () => {
    expect(matches(example, /^#([A-Z][A-Z0-9_]*)=/gm).sort()).toEqual(withCompose);
  });

  it('stand in docs/settings.md, all of them, and no other', () => {
    const listed = tableUnder(read('docs/settings.md'), 'Environment').map(([name]) => bare(name));
    expect(listed.sort()).toEqual(expected);
  });

  it('have the defaults and the descriptions of their schemas', async () => {
    const schemas = await exportedSchemas();
    const inExample = exampleEntries(example);
    const inTable = new Map(
      tableUnder(read('docs/settings.md'), 'Environment').map(([name, , value]) => [bare(name), value]),
    );
    const faults: string[] = [];
    for (const name of new Set(schemas.flatMap(({ properties }) => Object.keys(properties)))) {
      const variants = schemas.flatMap(({ properties, required }) => {
        const property: Described | undefined = properties[name];
        if (!property) return [];
        const need = required?.includes(name) ? 'needed' : 'none';
        return [{ need, value: property.default, description: property.description ?? '' }];
      });
      const values = variants.map(({ value }) => (value === undefined ? '' : String(value)));
      const cells = variants.map(({ value, need }) => (value === undefined ? need : `\`${String(value)}\``));
      const entry = inExample.get(name);
      if (!values.includes(entry?.value ?? ''))
        faults.push(`.env.example: ${name} is ${values.join(' or ')}`);
      if (!variants.some(({ description }) => entry?.comment.includes(description))) {
        faults.push(`.env.example: ${name} is "${variants[0]?.description}"`);
      }
      if (!cells.includes(inTable.get(name) ?? '')) {
        faults.push(`docs/settings.md: ${name} is ${cells.join(' or ')}`);
      }
    }
    expect(faults).toEqual([]);
  });

  it('change nothing in a copy of .env.example, and start the services when every one is uncommented', () => {
    expect(parseEnv(example)).toEqual({});
    const uncommented = parseEnv(example.replace(/^#(?=[A-Z][A-Z0-9_]*=)/gm, ''));
    expect(Object.keys(uncommented).sort()).toEqual(withCompose);
    const environment = systemEnvironment(
      readSettings(uncommented, ROOT),
      { database: 'warehouse.sqlite', factoryState: 'factory.json' },
      { operationsApiKey: 'k'.repeat(16), callbackSigningKey: 'k'.repeat(32), saleTokenKey: 't'.repeat(32) },
    );
    expect(() => readEnvironment(SalesEnvironment, environment)).not.toThrow();
    expect(() => readEnvironment(WorkerEnvironment, environment)).not.toThrow();
  });
});

describe('the documents', () => {
  it.each(DOCUMENTS)('link to files and headings that exist: %s', (document) => {
    const targets = matches(prose(read(document)), /\]\(<?([^)>\s]+)>?(?:\s"[^"]*")?\)/g).filter(
      (target) => !/^[a-z][a-z+.-]*:/i.test(target),
    );
    expect(targets.filter((target) => !isThere(document, decodeURI(target)))).toEqual([]);
  });

  it.each(DOCUMENTS)('name files that exist: %s', (document) => {
    const named = /`((?:apps|bench|docker|docs|k6|libs|terraform|test|tools)\/[\w./*{},-]*)`/g;
    const paths = matches(prose(read(document)), named);
    expect(paths.filter((path) => globSync(path.replace(/\/$/, ''), { cwd: ROOT }).length === 0)).toEqual([]);
  });

  it.each(DOCUMENTS)('name npm scripts that exist: %s', (document) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = matches(read(document), /\bnpm (?:run )?((?<=run )[a-z][\w:-]*|start|test)\b/g);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });

  it.each(DOCUMENTS)('draw diagrams of kinds that Mermaid knows: %s', (document) => {
    const diagrams = matches(read(document), /^```mermaid\n([\s\S]*?)^```$/gm);
    const known = /^\s*(?:flowchart (?:TB|TD|BT|LR|RL)|sequenceDiagram|stateDiagram-v2|erDiagram)\s*\n/;
    expect(diagrams.filter((diagram) => !known.test(diagram))).toEqual([]);
  });
});

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** The first group of every match. */
function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, group]) => group!);
}

/** A document without its code blocks. */
function prose(document: string): string {
  return document.replace(/^```[\s\S]*?^```$/gm, '');
}

/** Whether a relative link leads to a file, and to a heading of it if it names one. */
function isThere(document: string, target: string): boolean {
  const [path, anchor] = target.split('#');
  const file = path ? join(dirname(document), path) : document;
  if (!existsSync(join(ROOT, file))) return false;
  return !anchor || matches(prose(read(file)), /^#+ (.+)$/gm).some((heading) => slug(heading) === anchor);
}

/** As GitHub names the anchor of a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

/** The cells of the tables between a heading and the next, row by row, without the head. */
function tableUnder(document: string, heading: string): string[][] {
  const section = document.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function bare(cell: string | undefined): string {
  return (cell ?? '').replaceAll('`', '');
}

/** Every schema of an environment that a file exports. Imported by path: a library's index hides some. */
async function exportedSchemas(): Promise<TObject[]> {
  const files = SOURCES.filter((file) => /\/(?:environment|settings|logger)\.ts$/.test(file));
  const modules = await Promise.all(
    files.map(async (file) => (await import(join(ROOT, file))) as Record<string, unknown>),
  );
  return modules.flatMap((module) => Object.values(module)).filter(isObjectSchema);
}

/** Of typebox, or written as JSON Schema without it. */
function isObjectSchema(value: unknown): value is TObject {
  if (Type.IsObject(value)) return true;
  const { type, properties } = (value ?? {}) as { type?: unknown; properties?: unknown };
  return type === 'object' && typeof properties === 'object';
}
