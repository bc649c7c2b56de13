import { type MailFacts, type NotificationKind } from '#queues';

export interface MailText {
  subject: string;
  text: string;
}

/** What a text needs beside the facts. */
export interface MailContext {
  /** The URL of the sales service for the reader. */
  salesUrl: string;
  /** The event of the mail is undone by now: of a product that sold out, goods are there again. */
  isOver: boolean;
}

/** The texts of one language. */
export interface MailTexts {
  kinds: { [Kind in NotificationKind]: (facts: MailFacts[Kind], context: MailContext) => MailText };
  /** One mail for several products that are back. */
  severalBack: (products: readonly MailFacts['GOODS_RECEIVED'][]) => MailText;
  /** A line with the time of the event, ISO 8601. */
  at: (time: string) => string;
}

export function lines(...given: (string | number | null | undefined)[]): string {
  return given.filter((line) => line !== null && line !== undefined).join('\n');
}
