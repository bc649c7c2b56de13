/** Control characters and those that turn or hide text: a terminal would obey them. Messages come from anywhere. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** As {@link HIDDEN}, but for what JSON.stringify leaves alone and a terminal obeys. */
const HIDDEN_IN_JSON = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line without anything that a terminal obeys. */
export function printable(text: string): string {
  return text.replace(HIDDEN, (character) =>
    character === '\n' || character === '\t' ? ' ' : escaped(character),
  );
}

/** JSON for people and programs, which says the same. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(HIDDEN_IN_JSON, jsonEscaped);
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`;
}

/** Characters above U+FFFF as two. */
function jsonEscaped(characters: string): string {
  return [...Array(characters.length).keys()]
    .map((index) => `\\u${characters.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
}
