/**
 * Invisible characters that change how a mail or a log line reads: controls, line separators, unpaired surrogates,
 * default-ignorable characters (zero-width, bidirectional, soft hyphen, Hangul filler), and the empty Braille cell.
 */
const HIDDEN =
  '\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}\\u2800';

/** The hidden characters that emoji are made with, in the places where they make one. */
const EMOJI_PARTS = [
  '(?<=\\p{Extended_Pictographic})\\uFE0F',
  '(?<=[0-9#*])\\uFE0F(?=\\u20E3)',
  '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\uFE0F])\\u200D(?=\\p{Extended_Pictographic})',
].join('|');

const VISIBLE_TEXT = new RegExp(`^(?=.*[\\p{L}\\p{N}\\p{P}\\p{S}])(?:[^${HIDDEN}]|${EMOJI_PARTS})*$`, 'u');

/** Whether a text may stand in the subject of a mail or a log line: it has a visible character, and no hidden ones. */
export function isVisibleText(text: string): boolean {
  return VISIBLE_TEXT.test(text);
}

const HIDDEN_CHARACTER = new RegExp(`(${EMOJI_PARTS})|[${HIDDEN}]`, 'gu');

/** The text on one line, without hidden characters, which an older version may have stored. */
export function visibleText(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(HIDDEN_CHARACTER, (_, emojiPart?: string) => emojiPart ?? '')
    .replace(/ {2,}/g, ' ')
    .trim();
}
