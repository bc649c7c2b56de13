import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';

/** The machine of a run, for people. */
export function machineText(): string {
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${availableParallelism()} x ${model}, ${gibibytes} GiB, ${platform()} ${release()} ${arch()}, Node ${process.version}`;
}
