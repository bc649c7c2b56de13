import { isEmailAddress, VISIBLE_TEXT_PATTERN } from '#inventory';
import Type from 'typebox';

/** Named by RFC 6531: to a validator that knows only `email`, an international domain would be a fault. */
const EMAIL_FORMAT = 'idn-email';

/** The formats of texts that are checked here, beside those of JSON Schema. */
export const TEXT_FORMATS: Record<string, (text: string) => boolean> = { [EMAIL_FORMAT]: isEmailAddress };

/** The error message for a text that breaks a format or pattern, whose name would explain nothing. */
export const TEXT_FAULTS: ReadonlyMap<unknown, string> = new Map([
  [
    EMAIL_FORMAT,
    'must be an e-mail address: at most 64 ASCII characters, @, and a domain, which may be international',
  ],
  [
    VISIBLE_TEXT_PATTERN,
    'must have a visible character, and none that is hidden, such as control, zero-width and bidirectional ones',
  ],
]);

export const EmailAddress = Type.String({
  format: EMAIL_FORMAT,
  maxLength: 254,
  description:
    'at most 64 characters of ASCII before the @. The domain may be international: it is kept as given, and sent to in punycode',
  examples: ['kim@example.com'],
});

/** A text that may stand in the subject of a mail and in a log. */
export const visibleText = (options: { maxLength: number; description?: string }) =>
  Type.String({ minLength: 1, pattern: VISIBLE_TEXT_PATTERN, ...options });
