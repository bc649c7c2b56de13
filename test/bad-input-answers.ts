import { join } from 'node:path';
import { ERROR_CATALOGUE } from '../apps/sales/src/problem/error-catalogue.js';
import { headerOf, type RawAnswer, type RawRequest } from './raw-http.js';
import { CALLBACK_SIGNING_KEY, OPERATIONS_API_KEY, SALE_TOKEN_KEY } from './running-system.js';

/** A bad request. `status` is any 4xx when it is not given. A 400 for a broken schema has to name the place `at`. */
export interface Case {
  name: string;
  request: RawRequest | Buffer | string;
  status?: number;
  at?: string;
}

interface Fault {
  at: string;
  message: string;
}

/** What no client may see. */
const LEAKS = new RegExp(
  [join(import.meta.dirname, '..'), 'node_modules', '\\.js:\\d', '\\n\\s+at ', 'sqlite', 'typeorm', 'SELECT ']
    .concat(OPERATIONS_API_KEY, CALLBACK_SIGNING_KEY, SALE_TOKEN_KEY)
    .join('|'),
  'i',
);

const REQUEST_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What is wrong with an answer to a bad request. */
export function complaintsOf({ name, request, status, at }: Case, answer: RawAnswer): string[] {
  const { status: given, contentType, text } = answer;
  const complaints: string[] = [];
  const check = (isRight: boolean, demand: string) => {
    if (!isRight) complaints.push(`${name.slice(0, 200)}: ${demand}: ${given} ${text.slice(0, 400)}`);
  };
  check(status === undefined ? given >= 400 && given < 500 : given === status, `expected ${status ?? '4xx'}`);
  check(contentType.startsWith('application/problem+json'), `unexpected type ${contentType}`);
  check(!LEAKS.test(text), 'tells of the inside');
  check(REQUEST_ID.test(headerOf(answer, 'x-request-id')), 'has no request id');
  check(headerOf(answer, 'x-content-type-options') === 'nosniff', 'may be taken for something else');
  check(headerOf(answer, 'cache-control') === 'no-store', 'may be cached');
  if (complaints.length > 0) return complaints;

  const { type, title, status: told, code, detail, errors, message } = JSON.parse(text);
  const entry = ERROR_CATALOGUE[code as keyof typeof ERROR_CATALOGUE];
  check(entry !== undefined && entry.status === given && entry.title === title, 'not as in the catalogue');
  check(type === `/errors/${code}` && told === given, 'type or status is wrong');
  if (given !== 400) return complaints;

  if (code !== 'REQUEST.INVALID')
    check(typeof detail === 'string' && detail !== '', 'does not say what is wrong');
  else
    check(at === undefined || (errors as Fault[]).some((fault) => names(fault, at)), `does not name ${at}`);
  const path = typeof request === 'object' && 'path' in request ? request.path : '';
  if (/^\/(hello|produce)/.test(path))
    check(typeof message === 'string' && message !== '', 'lacks a message');
  return complaints;
}

/** A field that is missing or unknown is named in the message, and its object is the place. */
function names({ at, message }: Fault, place: string): boolean {
  const parent = place.slice(0, place.lastIndexOf('/'));
  const field = place.slice(parent.length + 1);
  return at === place || at.startsWith(`${place}/`) || (at === parent && message.includes(field));
}
