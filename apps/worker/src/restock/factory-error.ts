export type FactoryErrorCode =
  'FACTORY.REFUSED' | 'FACTORY.TIMEOUT' | 'FACTORY.UNREACHABLE' | 'FACTORY.UNEXPECTED';

interface FactoryErrorFacts {
  /** Another attempt at the same order would fail the same way. Otherwise it says something about the factory alone. */
  isOrderFault?: boolean;
  /** The factory may have accepted the order: its answer was lost. */
  mayBeOrdered?: boolean;
  /** The delay that the factory asked for before the next attempt. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** The factory did not accept the order, or its answer was lost. */
export class FactoryError extends Error {
  readonly isOrderFault: boolean;
  readonly mayBeOrdered: boolean;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: FactoryErrorCode,
    message: string,
    { isOrderFault = false, mayBeOrdered = false, retryAfterSeconds, cause }: FactoryErrorFacts = {},
  ) {
    super(message, { cause });
    this.name = 'FactoryError';
    this.isOrderFault = isOrderFault;
    this.mayBeOrdered = mayBeOrdered;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
