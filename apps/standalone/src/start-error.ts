/** Why the local run cannot start, in words for the person at the keyboard. Printed without a stack; exit status 1. */
export class StartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StartError';
  }
}
