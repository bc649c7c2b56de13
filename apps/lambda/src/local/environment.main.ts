/**
 * An execution environment as Lambda has it: one process that loads one handler, and handles one event at a time.
 *
 * @see FunctionEnvironments, which forks it: arguments are the file of the handler and its name
 */
import { pathToFileURL } from 'node:url';

export interface Invocation {
  event: unknown;
  timeoutMs: number;
}

export interface Outcome {
  result?: unknown;
  error?: { errorType: string; errorMessage: string };
  /** What the process holds in memory, in bytes. */
  memory: number;
}

type Handler = (event: unknown, context: object) => Promise<unknown>;

const [file, name] = process.argv.slice(2) as [string, string];
const { [name]: handler } = (await import(pathToFileURL(file).href)) as Record<string, Handler>;
if (!handler) throw new Error(`${file} has no handler ${name}`);

process.on('message', (invocation: Invocation) => void invoke(invocation));
process.on('disconnect', () => process.exit(0));
process.send!('initialised');

async function invoke({ event, timeoutMs }: Invocation): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  const context = { functionName: name, getRemainingTimeInMillis: () => deadline - performance.now() };
  const outcome = await handler!(event, context).then(
    (result) => ({ result }),
    (error: Error) => ({ error: { errorType: error.name, errorMessage: error.message } }),
  );
  process.send!({ ...outcome, memory: process.memoryUsage.rss() } satisfies Outcome);
}
