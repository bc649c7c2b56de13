/** How the SDK reaches the emulator. */
export interface Reach {
  endpoint: string;
  region: string;
}
