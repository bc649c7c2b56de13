import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** Compiles the system, if it is not, before specs that start it. Jest calls this once, and not for other specs. */
export default function build() {
  const prepare = path.join(import.meta.dirname, '../prepare.mjs');
  const { status } = spawnSync(process.execPath, [prepare, '--build'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The specs need the compiled system, which could not be built.');
}
