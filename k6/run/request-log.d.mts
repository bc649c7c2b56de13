/** Types of request-log.mjs. */
export interface LoggedRequest {
  request: string;
  key: string;
  lines: [sku: string, quantity: number][];
  /** In ms since 1970. */
  start: number;
  /** With goods missing it waits. */
  mayWait?: boolean;
  answer: { end: number; status: number; isReplay: boolean; id?: string; saleStatus?: string } | undefined;
}

/** What an answer told of sales, between two times. */
export interface SeenSales {
  seen: [id: string, status: string][];
  start: number;
  end: number;
}

export interface RequestLog {
  requests: LoggedRequest[];
  seen: SeenSales[];
}

export function readRequestLog(file: string): RequestLog;
export function requestLogOf(lines: object[]): RequestLog;
