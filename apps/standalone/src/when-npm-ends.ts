const PARENT_CHECK_INTERVAL_MS = 1_000;

/** npm passes SIGTERM to a shell that keeps it to itself and ends: without this a stopped `npm start` would run on. */
export function whenNpmEnds(onEnd: () => void): void {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onEnd();
  }, PARENT_CHECK_INTERVAL_MS);
  timer.unref();
}
