import { expect } from '@jest/globals';
import { eventually } from '../libs/runtime/src/testing/eventually.js';
import { ApiDocument } from './api/api-document.js';
import { type Case, complaintsOf } from './bad-input-answers.js';
import { type Operation, requestOf, withValueAt } from './bad-input-requests.js';
import { type Sample } from './bad-input-route.js';
import { bytesOf, exchange, type RawAnswer } from './raw-http.js';
import { CALLBACK_SIGNING_KEY, OPERATIONS_API_KEY, RunningSystem, SALE_TOKEN_KEY } from './running-system.js';

/** A running system that gets bad input. */
export class BadInputTarget {
  private constructor(
    readonly system: RunningSystem,
    /** Of the sales service. */
    readonly port: number,
    private readonly document: ApiDocument,
    /** By method and path, from the API's own description. */
    readonly operations: Record<string, Operation>,
    private readonly startedAt: string,
  ) {}

  static async start(): Promise<BadInputTarget> {
    const system = await RunningSystem.start({ WRONG_KEYS_PER_MINUTE: '1000000' });
    const port = Number(new URL(system.url('sales', '/')).port);
    const document = new ApiDocument((await system.get('/openapi.json')).body as object);
    const paths = document.paths as Record<string, Record<string, Operation>>;
    const operations = Object.fromEntries(
      Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation]),
      ),
    );
    return new BadInputTarget(system, port, document, operations, await startOfProcess(system));
  }

  /** Sends all requests, and expects that each is refused as its case says. */
  async expectRefusals(cases: Case[]): Promise<void> {
    const complaints: string[] = [];
    for (const given of cases) {
      const { name, request } = given;
      const bytes =
        typeof request === 'string' || Buffer.isBuffer(request)
          ? Buffer.from(request as string)
          : bytesOf(request);
      try {
        const answer = await exchange(this.port, bytes);
        complaints.push(...complaintsOf(given, answer), ...this.undocumented(request, answer));
      } catch (error) {
        complaints.push(`${name}: ${(error as Error).message}`);
      }
    }
    expect(complaints).toEqual([]);
  }

  private undocumented(request: Case['request'], { status, head, text }: RawAnswer): string[] {
    if (typeof request === 'string' || Buffer.isBuffer(request)) return [];
    const { method, path } = request;
    const headers = new Headers(
      head
        .split('\r\n')
        .slice(1)
        .map((line) => line.split(/: ?(.*)/s).slice(0, 2) as [string, string]),
    );
    const body: unknown = JSON.parse(text);
    return this.document.complaintsAbout({ method, path, status, headers, body });
  }

  /** Expects the same process as at the start, which sells, agrees with itself, and logged no error and no secret. */
  async expectUnharmed(): Promise<void> {
    const { system } = this;
    expect(await startOfProcess(system)).toBe(this.startedAt);
    expect((await system.get('/health/ready')).status).toBe(200);
    expect((await system.buy(await system.newProduct(1), 1)).status).toBe(201);
    await eventually(() => expect(system.reconcile()).toBeUndefined());
    expect(system.output.split('\n').filter((line) => /\b(ERROR|FATAL)\b/.test(line))).toEqual([]);
    expect(system.output).not.toContain(OPERATIONS_API_KEY);
    expect(system.output).not.toContain(CALLBACK_SIGNING_KEY);
    expect(system.output).not.toContain(SALE_TOKEN_KEY);
  }
}

export function badValue(name: string, sample: Sample, at: string, value: unknown): Case {
  const shown = JSON.stringify(value) ?? 'missing';
  return {
    name: `${at} ${shown}`,
    request: requestOf(name, withValueAt(sample, at, value)),
    status: 400,
    at,
  };
}

/** Each process has its own: it shows a crash and a restart. */
async function startOfProcess(system: RunningSystem): Promise<string> {
  const { body } = await system.get('/metrics');
  return /^process_start_time_seconds (\d+)/m.exec(body)![1]!;
}
