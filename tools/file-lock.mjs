/** A lock between processes on one machine: a file with their process ids. */
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers';

/** How long a process may take to write its id into a new lock, in ms. */
const WRITE_TIMEOUT_MS = 5_000;

/**
 * Runs `work` while no other process holds the lock. A lock whose processes have all ended is taken over.
 *
 * @param onWait called once, if another process holds the lock
 */
export async function withLock(file, onWait, work) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  let hasReported = false;
  while (!tryLock(file)) {
    const holder = readHolder(file);
    if (holder !== undefined && !holder.some(isAlive)) takeAway(file, holder);
    else {
      if (!hasReported) onWait();
      hasReported = true;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  try {
    return await work();
  } finally {
    fs.rmSync(file, { force: true });
  }
}

function tryLock(file) {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** The process ids in a lock; `undefined` while it is being written, and when it has just been removed. */
function readHolder(file) {
  try {
    const pids = fs.readFileSync(file, 'utf8').split(' ').map(Number);
    if (pids.every((pid) => pid > 0)) return pids;
    // Its process was killed before it wrote the id.
    return Date.now() - fs.statSync(file).mtimeMs > WRITE_TIMEOUT_MS ? [] : undefined;
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return undefined;
  }
}

/** Removes a lock. If another process has taken it over in the meantime, that process gets it back. */
function takeAway(file, holder) {
  const aside = `${file}.${process.pid}`;
  try {
    fs.renameSync(file, aside);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return;
  }
  if (String(readHolder(aside)) === String(holder)) fs.rmSync(aside);
  else fs.renameSync(aside, file);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
