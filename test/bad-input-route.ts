/** The parts of a request. Parameters are sent as they are written, so that they may be badly encoded. */
export interface Sample {
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Record<string, unknown>;
}

/** A request that a route understands, and what must not stand in its places. */
export interface Route extends Sample {
  /** The status of the request as it is: with a fault in one place, it is that fault which is refused. */
  status: number;
  /** What is refused, by the place that the answer has to name. Wrong types and missing fields are tried beside it. */
  bad: Record<string, unknown[]>;
  /** The body may be left out. */
  isBodyOptional?: boolean;
  /** What is unknown is let through: the legacy factory may say more than it is asked for. */
  takesUnknown?: boolean;
}
