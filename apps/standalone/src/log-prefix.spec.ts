import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { createLog, forEachLine } from './log-prefix.js';

async function linesOf(chunks: readonly Buffer[]): Promise<string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  forEachLine(stream, (line) => lines.push(line));
  const ended = once(stream, 'close');
  for (const chunk of chunks) {
    stream.write(chunk);
    await new Promise(setImmediate);
  }
  stream.end();
  await ended;
  return lines;
}

describe('the lines of a process', () => {
  it('are whole, however they arrive', async () => {
    expect(await linesOf(['one\ntw', 'o\n', '\nfo', 'ur'].map((text) => Buffer.from(text)))).toEqual([
      'one',
      'two',
      '',
      'four',
    ]);
  });

  it('keep a character that two chunks share', async () => {
    const bytes = Buffer.from('도넛\n');
    expect(await linesOf([bytes.subarray(0, 4), bytes.subarray(4)])).toEqual(['도넛']);
  });

  it('end like those of Windows, too', async () => {
    expect(await linesOf([Buffer.from('one\r'), Buffer.from('\ntwo\r\n')])).toEqual(['one', 'two']);
  });
});

describe('createLog', () => {
  const target = (colours: boolean) => {
    const written: string[] = [];
    return { written, write: (text: string) => written.push(text), hasColors: () => colours };
  };

  it('puts all bars into one column, and each stream where it belongs', () => {
    const [stdout, stderr] = [target(false), target(false)];
    const log = createLog(['sales', 'standalone'], { stdout, stderr });
    log('sales', 'sold');
    log('standalone', 'broken', 'stderr');
    expect(stdout.written).toEqual(['sales      | sold\n']);
    expect(stderr.written).toEqual(['standalone | broken\n']);
  });

  it('colours the name alone, and on a terminal only', () => {
    const stdout = target(true);
    createLog(['sales', 'mail'], { stdout, stderr: target(false) })('mail', 'sent');
    expect(stdout.written).toEqual(['\u001b[32mmail  | \u001b[0msent\n']);
  });
});
