import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Linux counts CPU time in ticks of this length for every program, whatever its clock is. */
const TICK_MICROS = 10_000;

/** CPU time that a process has used so far, in µs, user and system together. `null` where there is no /proc. */
export function cpuMicros(pid: number): number | null {
  try {
    // The second field is the program's name, which may hold spaces and brackets.
    const [, rest] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))!;
    const fields = rest!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
  } catch {
    return null;
  }
}

/**
 * The process that listens on a port of this machine, if it is a program of that name and this user may see it:
 * behind a port that a container has published there is another.
 */
export function listenerPid(port: number, program: string): number | null {
  try {
    const sockets = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listening(table, port)));
    for (const pid of readdirSync('/proc')) {
      if (!/^\d+$/.test(pid) || nameOf(pid) !== program) continue;
      if (openFiles(pid).some((file) => sockets.has(file))) return Number(pid);
    }
  } catch {
    // No /proc: another system than Linux.
  }
  return null;
}

/** Sockets that listen on `port`, as they are named among the open files of a process. */
function listening(table: string, port: number): string[] {
  const LISTEN = '0A';
  return readFileSync(table, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => state === LISTEN && parseInt(local!.split(':')[1]!, 16) === port)
    .map((fields) => `socket:[${fields[9]}]`);
}

function nameOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function openFiles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}
