import { hash } from 'node:crypto';
import { asciiEmailAddress } from '../notification/email-address.js';
import { type SaleRequest } from './sale-request.js';

const GMAIL = 'gmail.com';

/** Domains whose mailboxes are those of Gmail, which ignores dots. */
const GMAIL_DOMAINS: readonly string[] = [GMAIL, 'googlemail.com'];

/** 128 bits. Rows of customers lie scattered in their index: each of a batch costs a page there, fewer where keys are short. */
const KEY_CHARACTERS = 22;

/**
 * The key under which the purchases of a customer are counted: a part of the SHA-256 of the id that the shop's back end has signed, else of
 * the normalised e-mail address. Null for a request with neither. Every process on a database has to make the same of it.
 */
export function customerKey({
  customerId,
  customerEmail,
}: Pick<SaleRequest, 'customerId' | 'customerEmail'>): string | null {
  if (customerId !== undefined) return digest(`id:${customerId}`);
  if (customerEmail === undefined) return null;
  return digest(`email:${normalizedEmail(customerEmail)}`);
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, KEY_CHARACTERS);
}

/**
 * Equal for the addresses of one mailbox that differ in case, in a `+tag`, in how an international domain is written, and at Gmail
 * in dots.
 */
export function normalizedEmail(address: string): string {
  const ascii = (asciiEmailAddress(address) ?? address).toLowerCase();
  const at = ascii.lastIndexOf('@');
  const domain = ascii.slice(at + 1);
  const untagged = ascii.slice(0, at).replace(/(?<=.)\+.*$/, '');
  if (!GMAIL_DOMAINS.includes(domain)) return `${untagged}@${domain}`;
  return `${untagged.replaceAll('.', '')}@${GMAIL}`;
}
