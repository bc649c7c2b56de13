/** How long and how often the factory tries to reach a callback URL. */
export class CallbackSettings {
  constructor(
    /** Longest time that one try may take. */
    readonly timeoutMs = 10_000,
    /** Waits between the tries, so one more try than waits: by default 5 tries over 30 s. */
    readonly retryDelaysMs: readonly number[] = [2_000, 4_000, 8_000, 16_000],
  ) {}
}
