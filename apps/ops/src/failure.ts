import { EXIT_STATUS } from '#runtime/exit-status';

/** What a command could not do, in words for the operator. Printed without a stack. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly exitStatus: number = 1,
    /** Printed as well with `--json`. */
    readonly json?: unknown,
  ) {
    super(message);
    this.name = 'Failure';
  }
}

/** A command line that is not usable. */
export function usageFailure(message: string): Failure {
  return new Failure(message, EXIT_STATUS.usage);
}
