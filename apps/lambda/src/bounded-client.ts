/** For clients of AWS: two attempts at a service that hangs end before the function's time limit does. */
export const BOUNDED = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};
