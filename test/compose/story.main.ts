import { runCommand } from '#runtime';
import { ComposeStack } from './compose-stack.js';
import { DockerMissingError, requireDocker } from './docker.js';
import { storyOf } from './story.js';

const USAGE = `Starts docker-compose.yml beside whatever runs already, and lives through the story of the README in it.

  npm run test:compose

It has a project, ports, volumes and images of its own, and removes all of them.

  --keep   leaves a system that failed as it is, for a look. The next run removes it

The exit status is 1 when something is not as it must be, and 69 when there is no Docker to test with.`;

/** As sysexits.h calls a service that is not there. */
const UNAVAILABLE_STATUS = 69;

await runCommand({ usage: USAGE, options: { keep: { type: 'boolean' } }, run: live });
process.exit();

async function live(values: { keep?: boolean }): Promise<void> {
  try {
    await requireDocker();
  } catch (error) {
    if (!(error instanceof DockerMissingError)) throw error;
    console.error(error.message);
    process.exitCode = UNAVAILABLE_STATUS;
    return;
  }
  const stop = new AbortController();
  // Ctrl-C: the step at hand fails, and what was started is removed. npm delivers it twice.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => stop.abort(new Error(`stopped by ${signal}`)));
  }
  const stack = await ComposeStack.prepare(stop.signal);
  try {
    await timed('docker compose up --build', stop.signal, () => stack.up());
    console.log(`             sizes in MB: ${JSON.stringify(await stack.imageSizes())}`);
    for (const { title, run } of storyOf(stack)) await timed(title, stop.signal, run);
    console.log('All is well.');
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(await stack.logs().catch(() => 'There are no logs.'));
    process.exitCode = 1;
    if (!values.keep) await stack.remove();
  }
}

async function timed(title: string, signal: AbortSignal, run: () => Promise<void>): Promise<void> {
  const startedAt = Date.now();
  const stopped = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
  let mark = 'FAILED';
  try {
    await Promise.race([run(), stopped]);
    mark = 'ok';
  } finally {
    console.log(`${mark.padEnd(6)}${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s ${title}`);
  }
}
