import koreanLocale from 'ajv-i18n/localize/ko/index.js';
import { type FastifySchemaValidationError } from 'fastify';
import { TEXT_FAULTS } from '../text-schema.js';
import { type Language } from './language.js';

/** The error of Fastify for a request that breaks its route's schema. */
export interface SchemaError extends Error {
  validation: FastifySchemaValidationError[];
  validationContext: string;
}

export interface SchemaFault {
  at: string;
  message: string;
  /** Of a fault in the body. */
  pointer?: string;
}

/** Its types are those of an ES module, which it is not. */
const localizeInKorean = koreanLocale as unknown as (errors: object[]) => void;

/** No body that is meant well breaks its schema in so many places. One that is not would get megabytes for an answer. */
const MAX_FAULTS = 200;

/** Of a member that no schema knows. A name can be as long as the body. */
const MAX_NAME_CHARACTERS = 100;

/** What is wrong with a request, and where, in words. */
export function schemaFaults(
  { validation, validationContext }: SchemaError,
  language: Language,
): SchemaFault[] {
  const listed = validation.slice(0, MAX_FAULTS);
  if (language === 'ko') localizeInKorean(listed);
  const faults = listed.map(({ instancePath, message, params }): SchemaFault => {
    const fault = TEXT_FAULTS.get(params.format)?.[language] ?? worded(message);
    const name = params.additionalProperty;
    const unknown = typeof name === 'string' ? `: ${name.slice(0, MAX_NAME_CHARACTERS)}` : '';
    const values = params.allowedValues ?? (typeof params.allowedValue === 'string' && [params.allowedValue]);
    const allowed = Array.isArray(values) ? `: ${values.join(', ')}` : '';
    const at = { at: `${validationContext}${instancePath}`, message: `${fault}${unknown}${allowed}` };
    if (validationContext !== 'body') return at;
    return { ...at, pointer: `${instancePath}${memberOf(params.missingProperty ?? name)}` };
  });
  const unlisted = validation.length - faults.length;
  if (unlisted > 0) {
    const message = { en: `has ${unlisted} faults more`, ko: `잘못된 곳이 ${unlisted}개 더 있습니다` };
    faults.push({ at: validationContext, message: message[language] });
  }
  return faults;
}

/** ajv-i18n writes a particle that Korean does not have, and a space at the front. */
function worded(message = ''): string {
  return message.replaceAll('이여야', '이어야').trim();
}

/** The last part of a JSON Pointer (RFC 6901): the member that is missing or unknown. */
function memberOf(name: unknown): string {
  if (typeof name !== 'string') return '';
  return `/${name.slice(0, MAX_NAME_CHARACTERS).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
