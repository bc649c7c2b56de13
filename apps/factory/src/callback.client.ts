import { type ManufactureCallback } from './manufacture.js';

export type CallbackOutcome =
  | { kind: 'DELIVERED'; detail: string }
  /** Worth another try: no answer, 5xx or 429. */
  | { kind: 'FAILED'; detail: string }
  /** Another try would end the same way: any other answer, redirects among them. */
  | { kind: 'REFUSED'; detail: string };

/** Sends callbacks. It signs nothing: a legacy factory cannot. */
export class CallbackClient {
  /** @param timeoutMs longest time that one callback may take */
  constructor(private readonly timeoutMs: number) {}

  /** One try. Never throws. @param stopping cuts the try short */
  async send(url: string, callback: ManufactureCallback, stopping: AbortSignal): Promise<CallbackOutcome> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(callback),
        redirect: 'manual',
        signal: AbortSignal.any([stopping, AbortSignal.timeout(this.timeoutMs)]),
      });
      // The status says it all: what becomes of the body must not turn a delivery into a failure.
      response.body?.cancel().catch(() => undefined);
      return { kind: kindOf(response.status), detail: `answered ${response.status}` };
    } catch (error) {
      return { kind: 'FAILED', detail: describe(error as Error) };
    }
  }
}

function kindOf(status: number): CallbackOutcome['kind'] {
  if (status >= 200 && status < 300) return 'DELIVERED';
  return status >= 500 || status === 429 ? 'FAILED' : 'REFUSED';
}

/** fetch hides why it failed in the cause of its error. */
function describe(error: Error): string {
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}
