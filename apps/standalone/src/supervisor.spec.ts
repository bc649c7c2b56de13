import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { eventually } from '../../../libs/runtime/src/testing/eventually.js';
import { type ProcessDefinition, type RestartPolicy, ProcessFailedError } from './child-process.js';
import { forEachLine } from './log-prefix.js';
import { Supervisor } from './supervisor.js';

const POLICY: RestartPolicy = {
  firstDelayMs: 50,
  maxDelayMs: 400,
  steadyAfterMs: 60_000,
  stopTimeoutMs: 5_000,
};

/** A server that behaves: ready by message, stops on SIGTERM and when its parent is gone. */
const SERVICE = `
  const stop = (why) => { console.log('stops: ' + why); process.exit(0); };
  process.once('SIGTERM', () => stop('asked'));
  process.once('disconnect', () => stop('orphaned'));
  setInterval(() => {}, 1000);
  console.log('pid ' + process.pid);
  process.send('listening');
`;
const STUBBORN_SERVICE = `
  process.on('SIGTERM', () => console.log('ignored'));
  setInterval(() => {}, 1000);
  process.send('listening');
`;
const BROKEN_SERVICE = `console.error('no database'); process.exitCode = 3;`;

describe('Supervisor', () => {
  let directory: string;
  let lines: string[];
  let supervisor: Supervisor | undefined;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'supervisor-'));
    lines = [];
  });
  afterEach(async () => {
    await supervisor?.stop();
    supervisor = undefined;
    rmSync(directory, { recursive: true });
  });

  const define = (
    name: string,
    source: string,
    changes: Partial<ProcessDefinition> = {},
  ): ProcessDefinition => {
    const module = join(directory, `${name}.mjs`);
    writeFileSync(module, source);
    return { name, module, environment: {}, kind: 'service', startStage: 1, stopStage: 1, ...changes };
  };
  const supervise = (definitions: ProcessDefinition[], policy: Partial<RestartPolicy> = {}) => {
    supervisor = new Supervisor(
      definitions,
      (name, line) => lines.push(`${name} | ${line}`),
      (error) => lines.push(error.message),
      { ...POLICY, ...policy },
    );
    return supervisor;
  };

  it('starts a stage when everything before it is ready', async () => {
    const slow = `setTimeout(() => { ${SERVICE} }, 300);`;
    await supervise([
      define('sales', SERVICE, { startStage: 3 }),
      define('database', `console.log('migrated');`, { startStage: 2, kind: 'task' }),
      define('queue', slow, { startStage: 1 }),
    ]).start();
    const steps = lines.filter((line) => /migrated|runs as process/.test(line));
    expect(steps.map((line) => line.replace(/\d+/, 'N'))).toEqual([
      'queue | runs as process N',
      'database | migrated',
      'sales | runs as process N',
    ]);
  });

  it('stops in a fixed order, independent of the start', async () => {
    const started = supervise([
      define('queue', SERVICE, { stopStage: 3 }),
      define('worker', SERVICE, { stopStage: 2 }),
      define('sales', SERVICE, { stopStage: 1 }),
    ]);
    await started.start();
    await started.stop();
    expect(lines.filter((line) => line.includes('stops'))).toEqual([
      'sales | stops: asked',
      'worker | stops: asked',
      'queue | stops: asked',
    ]);
    expect(started.pids().size).toBe(0);
  });

  it('starts a killed process again', async () => {
    const started = supervise([define('sales', SERVICE)]);
    await started.start();
    const before = started.pids().get('sales') ?? 0;
    process.kill(before, 'SIGKILL');
    await eventually(() => lines.some((line) => line.startsWith('sales | runs again as process ')));
    expect(started.pids().get('sales')).not.toBe(before);
    expect(lines).toContain('sales | ended unexpectedly (SIGKILL), starts again in 0.05 s');
  });

  it('waits longer from failure to failure, up to its limit, and grows loud', async () => {
    const started = supervise([define('sales', BROKEN_SERVICE)]);
    const starting = started.start();
    await eventually(() => lines.some((line) => line.includes('HAS FAILED 5 TIMES IN A ROW')));
    expect(lines.filter((line) => line.includes('starts again')).slice(0, 5)).toEqual(
      ['0.05', '0.1', '0.2', '0.4', '0.4'].map(
        (seconds) => `sales | ended unexpectedly (exit status 3), starts again in ${seconds} s`,
      ),
    );
    // The reason stands before the news that it ended.
    expect(lines[0]).toBe('sales | no database');
    await started.stop();
    expect(await starting).toBe(false);
  });

  it('forgets the failures of a process that has run for long', async () => {
    const started = supervise([define('sales', SERVICE)], { steadyAfterMs: 0 });
    await started.start();
    for (let kills = 1; kills <= 2; kills += 1) {
      process.kill(started.pids().get('sales') ?? 0, 'SIGKILL');
      await eventually(() => lines.filter((line) => line.startsWith('sales | runs again')).length === kills);
    }
    expect(lines.filter((line) => line.endsWith('starts again in 0.05 s'))).toHaveLength(2);
  });

  it('gives up when a task fails, and starts nothing that needs it', async () => {
    const started = supervise([
      define('database', `console.error('no such host'); process.exitCode = 1;`, { kind: 'task' }),
      define('sales', SERVICE, { startStage: 2 }),
    ]);
    await expect(started.start()).rejects.toThrow(ProcessFailedError);
    expect(lines).toEqual(['database | no such host']);
  });

  it('never starts a service again whose environment is not usable', async () => {
    const started = supervise([
      define('sales', `console.error('SALES_PORT is missing'); process.exitCode = 78;`),
      define('worker', SERVICE, { startStage: 2 }),
    ]);
    await expect(started.start()).rejects.toThrow(ProcessFailedError);
    await started.stop();
    expect(lines).toEqual(['sales | SALES_PORT is missing']);
  });

  it('reports when this happens to a running service', async () => {
    const mark = JSON.stringify(join(directory, 'mark'));
    const started = supervise([
      define(
        'factory',
        `import { existsSync, writeFileSync } from 'node:fs';
         if (existsSync(${mark})) process.exit(78);
         writeFileSync(${mark}, '');
         ${SERVICE}`,
      ),
    ]);
    await started.start();
    process.kill(started.pids().get('factory') ?? 0, 'SIGKILL');
    await eventually(() => lines.some((line) => line.startsWith('factory failed (exit status 78)')));
    expect(lines.filter((line) => line.includes('starts again'))).toHaveLength(1);
    expect(started.pids().size).toBe(0);
  });

  it('kills a process that does not stop in time', async () => {
    const started = supervise([define('worker', STUBBORN_SERVICE)], { stopTimeoutMs: 1_000 });
    await started.start();
    await started.stop();
    expect(lines.slice(1)).toEqual(['worker | ignored', 'worker | does not stop within 1 s: killed']);
  });

  it('stops once, however often stop is called', async () => {
    const started = supervise([define('sales', SERVICE)]);
    await started.start();
    await Promise.all([started.stop(), started.stop()]);
    expect(lines.filter((line) => line.includes('stops'))).toHaveLength(1);
  });

  it('can be stopped in the middle of its start', async () => {
    const started = supervise([
      define('queue', `setInterval(() => {}, 1000); console.log('never ready');`),
      define('sales', SERVICE, { startStage: 2 }),
    ]);
    const starting = started.start();
    await eventually(() => lines.includes('queue | never ready'));
    await started.stop();
    expect(await starting).toBe(false);
    expect(lines).toEqual(['queue | never ready']);
  });

  it('leaves no process behind when it is killed itself', async () => {
    const parent = superviseInProcess(directory, define('sales', SERVICE));
    const pid = await parent.childPid;
    parent.process.kill('SIGKILL');
    await once(parent.process, 'exit');
    await eventually(() => !isAlive(pid));
  });
});

/** Runs the supervisor from its sources in a process that can be killed without ending this test. */
function superviseInProcess(
  directory: string,
  definition: ProcessDefinition,
): { process: ChildProcess; childPid: Promise<number> } {
  const script = join(directory, 'parent.mjs');
  writeFileSync(
    script,
    `import { registerHooks } from 'node:module';
     registerHooks({ resolve: (name, context, next) => next(
       context.parentURL?.endsWith('.ts') ? name.replace(/^(\\..*)\\.js$/, '$1.ts') : name, context) });
     const { Supervisor } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'supervisor.ts')).href)});
     await new Supervisor([${JSON.stringify(definition)}], (name, line) => console.log(line), () => {}).start();`,
  );
  const parent = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const childPid = new Promise<number>((resolve) =>
    forEachLine(parent.stdout, (line) => {
      const [, pid] = /^pid (\d+)$/.exec(line) ?? [];
      if (pid) resolve(Number(pid));
    }),
  );
  return { process: parent, childPid };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
