import { type BodyInit as Sent } from 'undici-types';

declare global {
  /** The types of Node have what a browser's `fetch` sends, but not under its global name. */
  type BodyInit = Sent;
}
