import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type SQSRecord } from 'aws-lambda';
import { consumer } from './consumer.js';
import { hello } from './hello.js';

const answered = async (body: string | null, isBase64Encoded = false) => {
  const { statusCode, body: text } = await hello({ body, isBase64Encoded });
  return [statusCode, (JSON.parse(text!) as { message: string }).message];
};

describe('hello', () => {
  it('adds one', async () => {
    const result = [200, '메시지를 받았습니다. 입력값: 1, 결과: 2'];
    expect(await answered('{ "input": 1 }')).toEqual(result);
    expect(await answered(Buffer.from('{"input":1.9}').toString('base64'), true)).toEqual(result);
  });

  it.each([
    [null, 'No body was found'],
    ['', 'No body was found'],
    ['{', 'The body is not JSON'],
    ['{"input":"1"}', 'The body is not { "input": NUMBER }: /input must be number'],
    ['{"input":1,"n":2}', 'The body is not { "input": NUMBER }: / must not have additional properties'],
  ])('refuses %j', async (body, message) => expect(await answered(body)).toEqual([400, message]));
});

describe('consumer', () => {
  let printed: unknown[][];

  beforeEach(() => {
    printed = [];
    jest.spyOn(console, 'log').mockImplementation((...line) => void printed.push(line));
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  const record = (messageId: string, body: string) =>
    ({
      ...{ messageId, body },
      messageAttributes: { AttributeName: { stringValue: 'Attribute Value', dataType: 'String' } },
    }) as unknown as SQSRecord;

  it('prints each message and its answer, and reports only the one that it cannot read', async () => {
    const records = [record('1', '{"input":1}'), record('2', 'no JSON'), record('3', '{"input":3}')];
    expect(await consumer({ Records: records })).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
    expect(printed).toContainEqual(['Message Attribute: ', 'Attribute Value']);
    expect(printed).toContainEqual(['Message Body: ', '{"input":1}']);
    expect(printed).toContainEqual(['메시지를 받았습니다. 입력값: 1, 결과: 2']);
    expect(printed).toContainEqual(['메시지를 받았습니다. 입력값: 3, 결과: 4']);
  });
});
