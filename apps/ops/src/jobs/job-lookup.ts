import { listDeadLetterJobs } from '#client';
import { findId } from '../api/id-lookup.js';
import { type OperationsApi } from '../api/operations-api.js';

/** The id of a job by a part of it. @throws Failure */
export function findJobId(api: OperationsApi, part: string): Promise<string> {
  return findId(part, {
    noun: 'job',
    lists: [(query) => api.read((request) => listDeadLetterJobs({ ...request, query }))],
    describe: ({ action, status, createdBy, note }) =>
      [action, status, createdBy, note].filter(Boolean).join('  '),
  });
}
