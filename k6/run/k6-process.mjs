/** Finds k6, and runs it. */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { RunError } from './command.mjs';

const MAJOR = '2';
/** k6 logs every failed request. Past these the count says enough. */
const FAILED_REQUESTS_SHOWN = 5;

/**
 * @returns `k6` when it is on PATH, else `docker`
 * @throws RunError when there is neither
 */
export function findK6() {
  const own = spawnSync('k6', ['version'], { encoding: 'utf8' });
  if (own.status === 0) {
    const [, version, major] = /k6 v((\d+)\.\S+)/.exec(own.stdout) ?? [];
    if (major !== MAJOR) {
      console.log(
        `This is k6 ${version ?? own.stdout.trim()}: the scripts were made for k6 ${MAJOR} and may not run.`,
      );
    }
    return 'k6';
  }
  if (spawnSync('docker', ['version'], { stdio: 'ignore' }).status === 0) return 'docker';
  throw new RunError(
    `There is no k6 on PATH, and no Docker that answers. Install k6 ${MAJOR} ` +
      '(https://grafana.com/docs/k6/latest/set-up/install-k6/), or start Docker: then its image is used.',
  );
}

/** Runs k6 to its end. Ctrl-C reaches k6 by itself, which then ends in order; the gate follows all the same. */
export async function runK6({ command, parameters, variables }, folder) {
  const child = spawn(command, parameters, {
    cwd: folder,
    env: { ...process.env, ...variables },
    stdio: ['inherit', 'inherit', 'pipe'],
  });
  const ignore = () => undefined;
  const pass = () => child.kill('SIGTERM');
  process.on('SIGINT', ignore).on('SIGTERM', pass);
  let failedRequests = 0;
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (/msg="Request Failed"/.test(line) && ++failedRequests > FAILED_REQUESTS_SHOWN) return;
    process.stderr.write(`${line}\n`);
  });
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  process.off('SIGINT', ignore).off('SIGTERM', pass);
  if (failedRequests > FAILED_REQUESTS_SHOWN) {
    console.error(`... and ${failedRequests - FAILED_REQUESTS_SHOWN} failed requests more.`);
  }
  return status;
}
