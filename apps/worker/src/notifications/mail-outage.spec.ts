import { afterEach, describe, expect, it } from '@jest/globals';
import { type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { eventually } from '../../../../libs/runtime/src/testing/eventually.js';
import { sesAccepts, StandIn, WorkerUnderTest } from '../testing/worker-under-test.js';

const MAILS = 10;

const sesFails = (status: number, code: string) =>
  function answer(response: ServerResponse): void {
    const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error>`;
    response
      .writeHead(status, { 'content-type': 'text/xml' })
      .end(
        `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/">${error}<RequestId>1</RequestId></ErrorResponse>`,
      );
  };

describe('mails', () => {
  let worker: WorkerUnderTest;
  let taken: URLSearchParams[];

  afterEach(() => worker.stop(), 30_000);

  /** As SES does it: a mail counts when it was accepted. */
  const acceptMail = (response: ServerResponse, request: string) => {
    taken.push(new URLSearchParams(request));
    sesAccepts(response);
  };

  async function start(changes: Parameters<typeof WorkerUnderTest.start>[0] = {}): Promise<void> {
    worker = await WorkerUnderTest.start(changes);
    taken = [];
    worker.ses.answer = acceptMail;
  }

  const subjects = () => taken.map((mail) => mail.get('Message.Subject.Data'));

  const soldOut = (number: number) => ({
    notificationId: uuidv7(),
    kind: 'STOCK_RAN_OUT',
    audience: 'AD_MANAGER',
    to: 'ads@example.com',
    facts: { sku: `CP-${number}`, name: 'donut', restockOrderId: null },
  });

  const isBack = (number: number, to = 'ads@example.com') => ({
    ...soldOut(number),
    kind: 'GOODS_RECEIVED',
    to,
    facts: { sku: `CP-${number}`, name: 'donut', quantity: 10, onHand: 10 },
  });

  const all = Array.from({ length: MAILS }, (_, number) => `[Donut-States] donut (CP-${number}) is sold out`);

  async function askForMails(): Promise<void> {
    for (let number = 0; number < MAILS; number += 1) await worker.write('notifications', soldOut(number));
  }

  async function expectAllTaken(): Promise<void> {
    await eventually(() => expect(subjects()).toHaveLength(MAILS), 40_000);
    expect(await worker.deadLetters('notifications')).toEqual([]);
    await eventually(async () => expect(await worker.queue.count('notifications')).toBe(0));
    expect(subjects()).toHaveLength(MAILS);
  }

  it.each([
    ['answers 503', sesFails(503, 'ServiceUnavailable')],
    ['has paused the account', sesFails(400, 'AccountSendingPausedException')],
    ['does not know our credentials', sesFails(403, 'InvalidClientTokenId')],
  ])(
    'wait while SES %s, without a receive, and each is sent once and in order when it is back',
    async (_, answer) => {
      await start({ MAIL_PER_SECOND: 10 });
      worker.ses.answer = answer;
      await askForMails();
      await eventually(() => expect(worker.ses.requests.length).toBeGreaterThan(0));
      await eventually(async () => expect(await worker.queue.count('notifications')).toBe(0));
      await sleep(3_000);
      // One probe a second, and those that were in hand at the beginning.
      expect(worker.ses.requests.length).toBeLessThan(12);
      worker.ses.answer = acceptMail;
      await expectAllTaken();
      expect(subjects()).toEqual(all);
    },
    60_000,
  );

  it('wait while SES refuses connections', async () => {
    await start();
    const port = Number(new URL(worker.ses.url).port);
    await worker.ses.close();
    await askForMails();
    await sleep(2_000);
    worker.ses = await StandIn.listen(port);
    worker.ses.answer = acceptMail;
    await expectAllTaken();
  }, 60_000);

  it('are slowed down where SES throttles, and each is sent once', async () => {
    await start({ MAIL_PER_SECOND: 5 });
    let lastAt = 0;
    worker.ses.answer = (response, request) => {
      const now = performance.now();
      if (now - lastAt < 150) return sesFails(400, 'Throttling')(response);
      lastAt = now;
      acceptMail(response, request);
    };
    await askForMails();
    await expectAllTaken();
  }, 60_000);

  it('are not more in a second than SES takes', async () => {
    await start({ MAIL_PER_SECOND: 2 });
    const began = performance.now();
    await askForMails();
    await expectAllTaken();
    expect(performance.now() - began).toBeGreaterThan((MAILS - 1) * 500);
    expect(worker.ses.requests).toHaveLength(MAILS);
  }, 60_000);

  it('that wait for too long are dead letters', async () => {
    await start({ MAIL_WAIT_LIMIT_SECONDS: 2 });
    worker.ses.answer = sesFails(503, 'ServiceUnavailable');
    await worker.write('notifications', soldOut(1));
    await eventually(
      async () =>
        expect(await worker.deadLetters('notifications')).toEqual(
          expect.arrayContaining([
            expect.objectContaining({
              causeCode: 'MAIL.NOT_SENT',
              causeDetail: expect.stringMatching(/since/),
            }),
          ]),
        ),
      20_000,
    );
  }, 40_000);

  it('about a dead letter that was opened meanwhile are sent when SES is back', async () => {
    await start();
    worker.ses.answer = sesFails(503, 'ServiceUnavailable');
    await worker.queue.send('goods-receipts', 'this is not JSON');
    await eventually(async () => expect(await worker.deadLetters('goods-receipts')).toHaveLength(1), 30_000);
    await sleep(1_000);
    worker.ses.answer = acceptMail;
    await eventually(() => expect(subjects()).toHaveLength(1), 20_000);
    expect(subjects()[0]).toMatch(/MESSAGE.CONTRACT_BROKEN/);
  }, 60_000);

  it('tell of a cause again when the mail about it was refused', async () => {
    await start();
    worker.ses.answer = sesFails(400, 'MessageRejected');
    await worker.queue.send('goods-receipts', 'no JSON');
    // Its own dead letter, and that of the mail that was to tell of it, and so on: one.
    await eventually(
      async () => expect((await worker.deadLetters('notifications')).length).toBeGreaterThan(0),
      40_000,
    );
    worker.ses.answer = acceptMail;
    await worker.queue.send('goods-receipts', 'no JSON, either');
    await eventually(
      () => expect(subjects()).toEqual(expect.arrayContaining([expect.stringMatching(/goods-receipts/)])),
      40_000,
    );
  }, 90_000);

  it('that are late say so: a product that sold out is back', async () => {
    await start();
    await worker.warehouse.stockProduct('CP-1', 10);
    await worker.write('notifications', soldOut(1));
    await eventually(() =>
      expect(subjects()).toEqual(['[Donut-States] donut (CP-1) was sold out, and is back']),
    );
  }, 20_000);

  it('about products that are back within a time are one for each recipient', async () => {
    await start({ MAIL_DIGEST_SECONDS: 3 });
    for (let number = 0; number < 30; number += 1) await worker.write('notifications', isBack(number));
    await worker.write('notifications', isBack(99, 'other@example.com'));
    await worker.write('notifications', soldOut(1));
    await eventually(() => expect(subjects()).toHaveLength(3), 20_000);
    expect(subjects().sort()).toEqual([
      '[Donut-States] 30 products are back',
      '[Donut-States] donut (CP-1) is sold out',
      '[Donut-States] donut (CP-99) is back',
    ]);
    const digest = taken.find((mail) => mail.get('Message.Subject.Data')!.includes('30 products'))!;
    expect(digest.get('Message.Body.Text.Data')).toContain('- donut (CP-29): 10 units');
    await eventually(async () => expect(await worker.queue.count('notifications')).toBe(0));
    await sleep(1_000);
    expect(subjects()).toHaveLength(3);
  }, 40_000);

  it('are in Korean where it is asked for, with links that people can follow and the time of the event', async () => {
    await start({ MAIL_LANGUAGE: 'ko', PUBLIC_BASE_URL: 'https://shop.example/' });
    await worker.queue.send('goods-receipts', 'no JSON');
    await eventually(() => expect(subjects()).toHaveLength(1), 30_000);
    expect(subjects()[0]).toBe(
      '[Donut-States] goods-receipts 대기열의 처리 실패 메시지: MESSAGE.CONTRACT_BROKEN',
    );
    const text = taken[0]!.get('Message.Body.Text.Data')!;
    expect(text).toMatch(/https:\/\/shop\.example\/dead-letters\/[0-9a-f-]+\/redrive/);
    expect(text).toMatch(/발생 시각: \d{4}-\d\d-\d\dT/);
  }, 40_000);
});
