import { isEmailAddress, isVisibleText } from '#inventory';
import Type from 'typebox';

/** Named by RFC 6531: to a validator that knows only `email`, an international domain would be a fault. */
const EMAIL_FORMAT = 'idn-email';

/** Stricter than `uri`, which takes `http://`. */
export const WEB_URL_FORMAT = 'web-url';

/** A format, not a pattern: many tools do not know the classes of Unicode. */
const VISIBLE_FORMAT = 'visible-text';

/** The formats of texts that are checked here, beside those of JSON Schema. */
export const TEXT_FORMATS: Record<string, (text: string) => boolean> = {
  [EMAIL_FORMAT]: isEmailAddress,
  [VISIBLE_FORMAT]: isVisibleText,
  [WEB_URL_FORMAT]: isWebUrl,
};

/** The error message for a text that breaks a format, whose name would explain nothing. */
export const TEXT_FAULTS: ReadonlyMap<unknown, Record<'en' | 'ko', string>> = new Map([
  [
    EMAIL_FORMAT,
    {
      en: 'must be an e-mail address: at most 64 ASCII characters, @, and a domain, which may be international',
      ko: '전자 우편 주소여야 합니다. ASCII 64자까지, @, 그리고 도메인(국제화 도메인도 됩니다)',
    },
  ],
  [
    WEB_URL_FORMAT,
    { en: 'must be an absolute http or https URL', ko: '절대 http 또는 https URL이어야 합니다' },
  ],
  [
    VISIBLE_FORMAT,
    {
      en: 'must have a visible character, and none that is hidden, such as control, zero-width and bidirectional ones',
      ko: '보이는 글자가 있어야 하고, 제어 문자, 폭이 없는 문자, 방향을 바꾸는 문자 같은 숨은 글자는 없어야 합니다',
    },
  ],
]);

export const EXAMPLE_EMAIL = 'kim@example.com';

export const EmailAddress = Type.String({
  format: EMAIL_FORMAT,
  maxLength: 254,
  description:
    'at most 64 characters of ASCII before the @. The domain may be international: it is kept as given, and sent to in punycode',
  examples: [EXAMPLE_EMAIL],
});

function isWebUrl(text: string): boolean {
  const protocol = URL.parse(text)?.protocol;
  return protocol === 'https:' || protocol === 'http:';
}

/** A text that may stand in the subject of a mail and in a log. */
export const visibleText = (options: {
  maxLength: number;
  description?: string;
  deprecated?: boolean;
  examples?: string[];
}) => Type.String({ minLength: 1, format: VISIBLE_FORMAT, ...options });
