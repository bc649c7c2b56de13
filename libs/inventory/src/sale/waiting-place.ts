import { type EntityManager } from 'typeorm';
import { type WaitingLine } from './waiting-line.entity.js';

/** The place of a waiting sale in the waitlists of its SKUs. */
export interface WaitingPlace {
  /** 1 for the sale whose units come next; of several SKUs, the place in the longest waitlist. */
  position: number;
  /** When it expires. */
  waitUntil: Date;
  /** In SKU order. */
  lines: WaitingLinePlace[];
}

export interface WaitingLinePlace {
  sku: string;
  /** Units on hand that are kept for it. */
  reservedQuantity: number;
  /** Lines of the SKU that get their units before it, and itself; null when it has all of its own. */
  position: number | null;
  /** Units that must arrive for it: those of the lines before it, and its own. */
  missingUnits: number;
}

/** The places of waiting sales, by their ids. @param open all of their lines */
export async function placesOf(
  manager: EntityManager,
  open: readonly WaitingLine[],
): Promise<Map<string, WaitingPlace>> {
  const places = new Map<string, WaitingPlace>();
  for (const [saleId, own] of Map.groupBy(open, (line) => line.saleId)) {
    const lines: WaitingLinePlace[] = [];
    for (const line of own) lines.push(await placeOf(manager, line));
    places.set(saleId, waitingPlace(own[0]!.waitUntil, lines));
  }
  return places;
}

export function waitingPlace(waitUntil: Date, lines: WaitingLinePlace[]): WaitingPlace {
  return { position: Math.max(1, ...lines.map(({ position }) => position ?? 1)), waitUntil, lines };
}

async function placeOf(
  manager: EntityManager,
  { sku, ticket, quantity, reserved }: WaitingLine,
): Promise<WaitingLinePlace> {
  if (reserved === quantity) return { sku, reservedQuantity: reserved, position: null, missingUnits: 0 };
  const [ahead] = await manager.query<Record<'position' | 'units', string | number>[]>(
    `SELECT COUNT(*) AS position, SUM(quantity - reserved) AS units FROM waiting_line
      WHERE sku = ? AND outcome IS NULL AND ticket <= ? AND reserved < quantity`,
    [sku, ticket],
  );
  return {
    sku,
    reservedQuantity: reserved,
    position: Number(ahead!.position),
    missingUnits: Number(ahead!.units),
  };
}
