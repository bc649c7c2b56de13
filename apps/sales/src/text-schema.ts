import { isEmailAddress, isVisibleText } from '#inventory';
import Type from 'typebox';
import { isNetwork } from './address-networks.js';

/** Named by RFC 6531: to a validator that knows only `email`, an international domain would be a fault. */
const EMAIL_FORMAT = 'idn-email';

/** Stricter than `uri`, which takes `http://`. */
export const WEB_URL_FORMAT = 'web-url';

/** An address, or a network as CIDR writes it; IPv4 or IPv6. */
const NETWORK_FORMAT = 'ip-network';

/** A format, not a pattern: many tools do not know the classes of Unicode. */
const VISIBLE_FORMAT = 'visible-text';

/** The formats of texts that are checked here, beside those of JSON Schema. */
export const TEXT_FORMATS: Record<string, (text: string) => boolean> = {
  [EMAIL_FORMAT]: isEmailAddress,
  [NETWORK_FORMAT]: isNetwork,
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
    NETWORK_FORMAT,
    {
      en: 'must be an address or a network such as 203.0.113.0/24 or 2001:db8::/32, and not all that there are',
      ko: '주소 또는 203.0.113.0/24, 2001:db8::/32 같은 네트워크여야 하고, 모든 주소를 뜻하면 안 됩니다',
    },
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

export const IpNetwork = Type.String({
  format: NETWORK_FORMAT,
  maxLength: 64,
  description: 'an address, or a network as CIDR writes it; IPv4 or IPv6',
  examples: ['203.0.113.0/24'],
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
