import { type DeadLetterJob } from '#client';
import { describe, expect, it } from '@jest/globals';
import { lettersToDo, outcomeText, planText, progressText } from './job-text.js';

const JOB: DeadLetterJob = {
  id: '01a229f6-c79b-7537-bb06-baaade0f50d3',
  action: 'REDRIVE',
  status: 'RUNNING',
  filter: {},
  includesUnsafe: false,
  lettersPerSecond: 10,
  note: null,
  createdAt: '2026-11-30T00:59:28.000Z',
  createdBy: 'kim',
  startedBy: 'kim',
  finishedAt: null,
  waitsFor: null,
  letters: 34,
  planned: { REDRIVE: 29, SATISFIED: 2, UNSAFE: 3 },
  outcomes: { REDRIVEN: 20, PENDING: 14 },
  failedAgain: 0,
};

describe('a job in words', () => {
  it('says what it plans, and how long that takes', () => {
    expect(planText(JOB)).toBe(
      [
        'Job de0f50d3: 34 letters, 10 letters a second: 4 s',
        '  29  to redrive',
        '   2  done already: to be closed, and not sent',
        '   3  left open: may be done twice (ask the factory, then --unsafe)',
      ].join('\n'),
    );
    expect(lettersToDo(JOB)).toBe(31);
    expect(lettersToDo({ ...JOB, planned: { UNSAFE: 3, NOT_REDRIVABLE: 1 } })).toBe(0);
  });

  it('says how far it is, and what it waits for', () => {
    expect(progressText(JOB)).toBe('20 of 34 letters done');
    expect(progressText({ ...JOB, waitsFor: 'factory:FF-1' })).toBe(
      '20 of 34 letters done; waits for factory:FF-1, and goes on by itself',
    );
    expect(outcomeText({ ...JOB, status: 'CANCELLED', outcomes: { REDRIVEN: 20, CANCELLED: 14 } })).toBe(
      'Job de0f50d3 is CANCELLED\n  20  redriven\n  14  not touched: the job was cancelled',
    );
  });
});
