import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePorts } from './free-ports.js';

const ROOT = join(import.meta.dirname, '../../../..');

interface ApplicationScript {
  /** Statements that see `adapter`, the Fastify adapter. */
  before?: string;
  /** An expression: a provider of the application, for its hooks. */
  module?: string;
  /** A statement in the place where the application is about to be created. */
  create?: string;
}

/** An application as small as can be, run by the compiled library in a process of its own. */
export class ApplicationProcess {
  output = '';
  /** The exit status; the name of a signal that ended it. */
  readonly ended: Promise<number | string>;
  private readonly waiting = new Set<() => void>();

  private constructor(
    readonly child: ChildProcess,
    readonly port: number,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.output += chunk;
        for (const look of this.waiting) look();
      });
    }
    // Once its last lines have been read.
    this.ended = new Promise((resolve) =>
      child.once('close', (status, signal) => resolve(signal ?? status ?? -1)),
    );
  }

  /** Resolves when it listens, or at once when it cannot listen before the test has done something. */
  static async start(
    directory: string,
    script: ApplicationScript,
    takenPort?: number,
  ): Promise<ApplicationProcess> {
    const port = takenPort ?? (await freePorts(1))[0]!;
    const file = join(directory, `application-${port}-${takenPort ?? 'own'}.mjs`);
    writeFileSync(file, sourceOf(script));
    const child = fork(file, [], {
      env: { ...process.env, PORT: String(port), NO_COLOR: '1' },
      execArgv: [],
      silent: true,
    });
    const application = new ApplicationProcess(child, port);
    if (!script.module && !script.create) await application.line(/Listening on/);
    return application;
  }

  /** Resolves when the output has a match. @throws Error when the process ends without */
  async line(pattern: RegExp): Promise<void> {
    const matched = new Promise<void>((resolve) => {
      const look = () => {
        if (!pattern.test(this.output)) return;
        this.waiting.delete(look);
        resolve();
      };
      this.waiting.add(look);
      look();
    });
    await Promise.race([
      matched,
      this.ended.then((ending) => {
        if (!pattern.test(this.output))
          throw new Error(`ended (${ending}) without ${pattern}:\n${this.output}`);
      }),
    ]);
  }

  async fetch(path: string): Promise<string> {
    // A connection that stayed open would hold the process up.
    const [response] = (await once(
      get({ host: '127.0.0.1', port: this.port, path, agent: false }),
      'response',
    )) as [IncomingMessage];
    return text(response);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

function sourceOf({ before = '', module, create = '' }: ApplicationScript): string {
  return `
import '${ROOT}/node_modules/reflect-metadata/Reflect.js';
const { createHttpApplication, EnvironmentError, HealthModule, runApplication } = await import('${ROOT}/dist/libs/runtime/src/index.js');
class Hooks {}
await runApplication(async () => {
  ${create};
  const module = { module: Hooks, imports: [HealthModule], providers: [{ provide: 'HANDLER', useValue: ${module ?? '{}'} }] };
  const application = await createHttpApplication(module, { maxConnections: 100, server: { return503OnClosing: false } });
  const adapter = application.getHttpAdapter();
  ${before}
  return {
    application,
    listen: { host: '127.0.0.1', port: Number(process.env.PORT), portVariable: 'PORT', drainDelayMs: 0 },
  };
});
`;
}
