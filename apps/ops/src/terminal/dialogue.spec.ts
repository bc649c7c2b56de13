import { describe, expect, it, jest } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { confirm } from './confirm.js';
import { Progress } from './progress.js';

describe('a question', () => {
  const ask = (answer: string | null) => {
    const input = new PassThrough();
    if (answer !== null) input.write(answer);
    else input.end();
    return confirm('Do it?', input, new PassThrough());
  };

  it('is answered by a yes, and anything else is a no', async () => {
    expect(await Promise.all(['y\n', 'Yes\n', ' y \n'].map(ask))).toEqual([true, true, true]);
    expect(await Promise.all(['n\n', '\n', 'yep\n', null].map(ask))).toEqual([false, false, false, false]);
  });
});

describe('progress', () => {
  const output = (isTTY: boolean) => {
    const written: string[] = [];
    return { written, isTTY, columns: 10, write: (text: string) => written.push(text) > 0 };
  };

  it('is one line on a terminal, rewritten, cut to its width, and gone at the end', () => {
    const terminal = output(true);
    const progress = new Progress(terminal);
    progress.show('1 of 31 letters');
    progress.end();
    expect(terminal.written).toEqual(['\r\x1b[K1 of 31 l', '\r\x1b[K']);
  });

  it('is a line every five seconds elsewhere, and none of what is done sooner', () => {
    jest.useFakeTimers();
    const file = output(false);
    const progress = new Progress(file);
    progress.show('1 of 31');
    jest.advanceTimersByTime(5_000);
    progress.show('2 of 31');
    progress.show('3 of 31');
    progress.end();
    jest.useRealTimers();
    expect(file.written).toEqual(['2 of 31\n']);
  });
});
