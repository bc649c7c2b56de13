import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface ComposeService {
  command?: string[];
  image?: string;
  build?: { dockerfile: string; args: { APP: string } };
  environment?: Record<string, string>;
  ports?: string[];
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
}

const INTERPOLATION = /\$(?:\{[^}]*\}|[A-Za-z_]\w*)/g;
/** The one form that we use: an empty variable then counts as none, as it does in `.env.example`. */
const OUR_FORM = /^\$\{([A-Z][A-Z0-9_]*):-(.*)\}$/;

/** `docker-compose.yml` as it is written, with its anchors followed and nothing put in. */
export class ComposeFile {
  readonly services: Record<string, ComposeService>;
  /** Each variable that is taken from `.env` or the shell, with the defaults that stand behind it. */
  readonly interpolated = new Map<string, Set<string>>();

  constructor(text = readFileSync(join(import.meta.dirname, '../../docker-compose.yml'), 'utf8')) {
    const document = parse(text, { merge: true }) as { services: Record<string, ComposeService> };
    this.services = document.services;
    this.collect(document);
  }

  /** The value when the variable is not set. */
  resolve(value: string): string {
    return String(value)
      .replaceAll('$$', '\0')
      .replace(INTERPOLATION, (text) => interpolation(text).default)
      .replaceAll('\0', '$');
  }

  private collect(node: unknown): void {
    if (typeof node === 'string') {
      for (const [text] of node.replaceAll('$$', '').matchAll(INTERPOLATION)) {
        const { name, default: value } = interpolation(text);
        this.interpolated.set(name, (this.interpolated.get(name) ?? new Set()).add(value));
      }
    } else if (node !== null && typeof node === 'object')
      Object.values(node).forEach((one) => this.collect(one));
  }
}

function interpolation(text: string): { name: string; default: string } {
  const [, name, value] = OUR_FORM.exec(text) ?? [];
  if (name === undefined) throw new Error(`docker-compose.yml has ${text}: write \${NAME:-default}`);
  return { name, default: value! };
}
