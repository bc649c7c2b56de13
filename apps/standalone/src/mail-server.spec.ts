import { SendEmailCommand, SESClient } from '@aws-sdk/client-ses';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { clearStore } from 'aws-ses-v2-local/dist/store.js';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMailServer } from './mail-server.js';

interface Inbox {
  emails: { subject: string; messageId: string; at: number }[];
}

describe('the embedded mail server', () => {
  let directory: string;
  let server: Awaited<ReturnType<typeof startMailServer>>;

  const start = async () => {
    // What another process would begin with.
    clearStore();
    server = await startMailServer({ host: '127.0.0.1', port: 0, file: join(directory, 'mail.jsonl') });
  };
  const inbox = async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/store`);
    return ((await response.json()) as Inbox).emails;
  };
  const send = async (subject: string) => {
    const client = new SESClient({
      endpoint: `http://127.0.0.1:${server.port}`,
      region: 'ap-northeast-2',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    await client.send(
      new SendEmailCommand({
        Source: 'donut-states@example.com',
        Destination: { ToAddresses: ['operations@example.com'] },
        Message: { Subject: { Data: subject }, Body: { Text: { Data: '재고가 없습니다' } } },
      }),
    );
    client.destroy();
  };

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'mail-server-'));
    await start();
  });
  afterEach(async () => {
    await server.stop();
    rmSync(directory, { recursive: true });
  });

  it('shows the mails of earlier runs as they were', async () => {
    await send('stock ran out');
    const before = await inbox();
    await server.stop();
    await start();
    await send('goods received');
    await server.stop();
    await start();
    const after = await inbox();
    expect(after.map(({ subject }) => subject)).toEqual(['stock ran out', 'goods received']);
    expect(after[0]).toEqual(before[0]);
  });

  it('forgets cleared mails', async () => {
    await send('stock ran out');
    await server.stop();
    await start();
    await fetch(`http://127.0.0.1:${server.port}/clear-store`, { method: 'POST' });
    await send('goods received');
    await server.stop();
    await start();
    expect((await inbox()).map(({ subject }) => subject)).toEqual(['goods received']);
  });

  it('survives a line that was cut off', async () => {
    await send('stock ran out');
    await server.stop();
    appendFileSync(join(directory, 'mail.jsonl'), '{"messageId":"ses-1","subj');
    await start();
    await send('goods received');
    await server.stop();
    await start();
    expect((await inbox()).map(({ subject }) => subject)).toEqual(['stock ran out', 'goods received']);
  });

  it('does not pretend to listen where another server does', async () => {
    await expect(
      startMailServer({ host: '127.0.0.1', port: server.port, file: join(directory, 'other.jsonl') }),
    ).rejects.toThrow(/cannot listen/);
  });
});
