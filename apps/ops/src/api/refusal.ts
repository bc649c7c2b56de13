import { type Problem } from '#client';
import { type Connection } from '../connection.js';
import { Failure } from '../failure.js';

/** The answer of the API to a request without a valid key. */
const WITHOUT_KEY = 'AUTH.KEY_REQUIRED';

/** The sales API answered with an error. */
export class Refusal extends Failure {
  readonly code: string | undefined;
  readonly isAboutKey: boolean;

  /** @param advice what the API says about the error, in Markdown */
  constructor(connection: Connection, status: number, error: unknown, advice?: string) {
    const problem = problemIn(error);
    super(problem ? problemText(problem, connection, advice) : strangeAnswer(connection, status), 1, problem);
    this.name = 'Refusal';
    this.code = problem?.code;
    this.isAboutKey = problem?.code === WITHOUT_KEY;
  }
}

/** The sales API was not reached, or its answer was lost. */
export class NoAnswer extends Failure {
  constructor({ url }: Connection, error: unknown) {
    super(`No answer from ${url}: ${reasonOf(error)}`);
    this.name = 'NoAnswer';
  }
}

function problemIn(error: unknown): Problem | undefined {
  const { code, title } = (error ?? {}) as Partial<Problem>;
  return typeof code === 'string' && typeof title === 'string' ? (error as Problem) : undefined;
}

function problemText(problem: Problem, { url, keySource }: Connection, advice: string | undefined): string {
  const { title, code, detail, errors = [], faults = [] } = problem;
  if (code === WITHOUT_KEY) return `The key in ${keySource} is not valid at ${url} (${code})`;
  const lines = [
    `${title} (${code})`,
    detail,
    ...errors.map(({ at, message }) => `${at} ${message}`),
    ...faults,
    advice && `What to do: ${advice.replaceAll('`', '')}`,
  ];
  return lines.filter(Boolean).join('\n  ');
}

/** Such as the page of a proxy, or of another program at that URL. */
function strangeAnswer({ url }: Connection, status: number): string {
  return `${url} answered ${status}, and not as the sales API does: is it the right URL?`;
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = (error ?? {}) as Error;
  if (name === 'TimeoutError') return 'it took too long';
  const {
    code,
    message: detail,
    errors = [],
  } = (cause ?? {}) as {
    code?: string;
    message?: string;
    errors?: Error[];
  };
  return detail || errors[0]?.message || code || message || 'the connection broke';
}
