import { expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCommit } from './earlier-build.js';

it.each(['no-such-revision', '--all', '', 'HEAD; true'])(
  'refuses %j, and leaves nothing behind',
  (revision) => {
    const directory = mkdtempSync(join(tmpdir(), 'donut-states-before-'));
    try {
      expect(() => buildCommit(revision, directory)).toThrow(RangeError);
      expect(readdirSync(directory)).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
);
