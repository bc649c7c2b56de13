import { domainToASCII } from 'node:url';

/** @see https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1 RFC 5321, and its erratum 1690 for the whole */
const MAX_LOCAL_PART = 64;
const MAX_ADDRESS = 254;

/** A dot-atom and a domain of two labels or more, the last of which is not a number: that would be an IP address. */
const ASCII_ADDRESS =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

const NON_ASCII = /[\u0080-\uffff]/;

/** Labels of letters and digits of any script. `domainToASCII` alone would drop hidden characters, and decode `%61`. */
const INTERNATIONAL_DOMAIN = /^(?!-|.*(?:-\.|\.-|-$|\p{Default_Ignorable_Code_Point}))[\p{L}\p{M}\p{N}.-]+$/u;

/**
 * The address for SES, with an international domain in punycode. SES cannot send to a local part that is not ASCII, because
 * it does not offer SMTPUTF8: such an address is invalid here.
 *
 * @returns `undefined` for an invalid address
 * @see https://docs.aws.amazon.com/ses/latest/APIReference/API_SendEmail.html
 */
export function asciiEmailAddress(address: string): string | undefined {
  // First, because the next checks are slow for a long text.
  if (address.length > MAX_ADDRESS) return undefined;
  const at = address.indexOf('@');
  if (at > MAX_LOCAL_PART) return undefined;
  if (ASCII_ADDRESS.test(address)) return address;
  const domain = address.slice(at + 1);
  if (!NON_ASCII.test(domain) || !INTERNATIONAL_DOMAIN.test(domain)) return undefined;
  const ascii = `${address.slice(0, at + 1)}${domainToASCII(domain)}`;
  return ascii.length <= MAX_ADDRESS && ASCII_ADDRESS.test(ascii) ? ascii : undefined;
}

/** Whether mail can be sent to `address`. */
export function isEmailAddress(address: string): boolean {
  return asciiEmailAddress(address) !== undefined;
}
