import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** An earlier state of the product, compiled in a folder of its own with the packages of its own. */
export interface EarlierBuild {
  /** For people: what was asked for, and the commit that it names. */
  title: string;
  folder: string;
}

/**
 * Builds a commit of this repository. One that was built already is taken as it is.
 *
 * @param revision as git names commits
 * @param directory that holds the builds
 * @throws RangeError when it names no commit
 * @throws Error when the commit cannot be built
 */
export function buildCommit(revision: string, directory: string): EarlierBuild {
  const named = spawnSync('git', [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${revision}^{commit}`,
  ]);
  if (named.status !== 0)
    throw new RangeError(`--before takes a commit of this repository: ${revision} is none`);
  const commit = named.stdout.toString().trim();
  const folder = join(directory, `before-${commit.slice(0, 12)}`);
  if (!existsSync(folder)) unpack(commit, folder);
  // It does nothing when the folder is ready, and goes on when it was stopped half way.
  requireSuccess(process.execPath, ['tools/prepare.mjs', '--build'], folder);
  return { title: `${revision} (${commit.slice(0, 12)})`, folder };
}

/** A copy without git's own files: no worktree stays behind in the repository. */
function unpack(commit: string, folder: string): void {
  const archive = `${folder}.tar`;
  mkdirSync(folder, { recursive: true });
  try {
    requireSuccess('git', ['archive', '--output', archive, commit]);
    requireSuccess('tar', ['-xf', archive, '-C', folder]);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(archive, { force: true });
  }
}

function requireSuccess(command: string, words: readonly string[], folder?: string): void {
  const { status, error } = spawnSync(command, words, {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} failed`, { cause: error });
}
