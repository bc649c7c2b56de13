import { listDeadLetters } from '#client';
import { findId } from '../api/id-lookup.js';
import { type OperationsApi } from '../api/operations-api.js';
import { describeLetter } from './letter-subject.js';

/** The id of a dead letter by a part of it: of an open one, where there is one. @throws Failure */
export function findLetterId(api: OperationsApi, part: string): Promise<string> {
  return findId(part, {
    noun: 'dead letter',
    lists: [
      (query) => api.read((request) => listDeadLetters({ ...request, query: { ...query, status: 'OPEN' } })),
      (query) => api.read((request) => listDeadLetters({ ...request, query })),
    ],
    describe: describeLetter,
  });
}
