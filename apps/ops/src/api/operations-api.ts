import { describeError } from '#client';
import { type Client, createClient } from '#client/client';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection } from '../connection.js';
import { NoAnswer, Refusal } from './refusal.js';

/** What a function of the typed client answers. */
interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response?: Response;
}

/** To be spread into the options of a function of the typed client. */
interface Request {
  client: Client;
  signal: AbortSignal;
}

type Write = Request & { headers: { 'idempotency-key': string } };

type Call<Data, Given> = (given: Given) => Promise<Answer<Data>>;

const ATTEMPTS = 4;
const MAX_PAUSE_SECONDS = 10;
const ADVICE_TIMEOUT_MS = 2_000;
const ANSWER_TIMEOUT_MS = 30_000;
/** Reads everything that the warehouse has. */
export const LONG_TIMEOUT_MS = 290_000;

/** A gateway says so when it does not know what became of the request. */
const GATEWAY_FAULTS = [502, 504];

/** The sales API, as one operator reaches it. */
export class OperationsApi {
  private readonly client: Client;

  constructor(
    readonly connection: Connection,
    private readonly warn: (text: string) => void = () => undefined,
    private readonly firstPauseSeconds = 1,
  ) {
    this.client = createClient({
      baseUrl: connection.url,
      auth: () => connection.key,
      // The key would follow a redirect, to whatever host that names.
      redirect: 'error',
      // Whatever calls itself something else is another program.
      parseAs: 'json',
    });
  }

  /** @throws Refusal, or NoAnswer */
  async read<Data>(call: Call<Data, Request>, timeoutMs = ANSWER_TIMEOUT_MS): Promise<NonNullable<Data>> {
    return this.repeat(() => call(this.request(timeoutMs)), isBusy);
  }

  /** Under one idempotency key, so that it is repeated where the answer was lost. @throws Refusal, or NoAnswer */
  async write<Data>(call: Call<Data, Write>, timeoutMs = ANSWER_TIMEOUT_MS): Promise<NonNullable<Data>> {
    const headers = { 'idempotency-key': randomUUID() };
    return this.repeat(() => call({ ...this.request(timeoutMs), headers }), isRepeatable);
  }

  /** A write that takes no idempotency key. @throws Refusal, or NoAnswer */
  async writeOnce<Data>(call: Call<Data, Request>): Promise<NonNullable<Data>> {
    return this.repeat(
      () => call(this.request()),
      () => false,
    );
  }

  private request(timeoutMs = ANSWER_TIMEOUT_MS): Request {
    return { client: this.client, signal: AbortSignal.timeout(timeoutMs) };
  }

  private async repeat<Data>(
    call: () => Promise<Answer<Data>>,
    isToRepeat: (answer: Answer<Data>) => boolean,
  ): Promise<NonNullable<Data>> {
    for (let attempt = 1; ; attempt++) {
      const answer = await call();
      if (answer.data !== undefined && answer.data !== null) return answer.data;
      if (attempt === ATTEMPTS || !isToRepeat(answer)) throw await this.failureOf(answer);
      const seconds = this.pauseSeconds(answer, attempt);
      this.warn(`${describe(answer)}: again in ${seconds} s (attempt ${attempt + 1} of ${ATTEMPTS})`);
      await sleep(seconds * 1_000);
    }
  }

  private async failureOf({ error, response }: Answer<unknown>): Promise<Error> {
    const { connection } = this;
    if (!response) return new NoAnswer(connection, error);
    const refusal = new Refusal(connection, response.status, error);
    const advice = await this.adviceOn(refusal);
    return advice === undefined ? refusal : new Refusal(connection, response.status, error, advice);
  }

  /** What the API says about its error. */
  private async adviceOn({ code, isAboutKey }: Refusal): Promise<string | undefined> {
    if (code === undefined || isAboutKey) return undefined;
    const { data } = await describeError({ ...this.request(ADVICE_TIMEOUT_MS), path: { code } });
    return data?.advice;
  }

  private pauseSeconds({ response }: Answer<unknown>, attempt: number): number {
    const asked = Number(response?.headers.get('retry-after') ?? NaN);
    const seconds = Number.isFinite(asked) ? asked : this.firstPauseSeconds * 2 ** (attempt - 1);
    return Math.min(seconds, MAX_PAUSE_SECONDS);
  }
}

function isBusy({ response }: Answer<unknown>): boolean {
  return response?.status === 503;
}

function isRepeatable({ response }: Answer<unknown>): boolean {
  return !response || response.status === 503 || GATEWAY_FAULTS.includes(response.status);
}

function describe({ response }: Answer<unknown>): string {
  return response ? `The sales API answered ${response.status}` : 'The sales API did not answer';
}
