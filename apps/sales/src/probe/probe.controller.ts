import { QueuePublisher } from '#messaging';
import { probeAnswer } from '#queues';
import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { RouteConfig, RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { OperationsKeys } from '../operations/operations-keys.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';

const input = Type.Number({
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER - 1,
  examples: [1],
});

const Hello = Type.Object({ input }, { additionalProperties: false, title: 'Hello' });

const Produce = Type.Object(
  {
    input,
    delayMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 60_000,
        description: 'how long the worker waits before it answers',
        examples: [0],
      }),
    ),
  },
  { additionalProperties: false, title: 'Produce' },
);

const Message = Type.Object(
  { message: Type.String({ examples: ['메시지를 받았습니다. 입력값: 1, 결과: 2'] }) },
  { title: 'Message' },
);

/** The tutorial's two functions, kept as a probe: is HTTP alive, and are the queue, the worker and the DLQ? */
@Controller()
export class ProbeController {
  constructor(
    private readonly queues: QueuePublisher,
    private readonly keys: OperationsKeys,
  ) {}

  @Post('hello')
  @HttpCode(200)
  @RouteConfig({ noBodyMessage: 'No body was found' })
  @RouteSchema({
    tags: ['probe'],
    operationId: 'hello',
    summary: 'Adds one here',
    description: 'Is HTTP alive?',
    body: Hello,
    response: { 200: Message, ...PROBLEM_RESPONSES },
  })
  hello(@Body() body: Static<typeof Hello>): Static<typeof Message> {
    return { message: probeAnswer(body) };
  }

  @Post('produce')
  @HttpCode(200)
  @RouteConfig({ noBodyMessage: 'No body was found' })
  @RouteSchema({
    tags: ['probe'],
    operationId: 'produce',
    summary: 'Has the worker add one',
    description:
      'Are the queue, the worker and the dead-letter queue alive? The worker prints the result. `delayMs` needs the key of an operator.',
    body: Produce,
    response: { 200: Message, ...PROBLEM_RESPONSES },
    'x-refusals': ['AUTH.KEY_REQUIRED', 'AUTH.ROLE_REQUIRED', 'REQUEST.RATE_LIMITED', 'QUEUE.UNAVAILABLE'],
  })
  async produce(
    @Body() body: Static<typeof Produce>,
    @Req() request: FastifyRequest,
  ): Promise<Static<typeof Message>> {
    // A delay holds the worker up and may end in a dead letter: not for anybody who passes by.
    if (body.delayMs !== undefined) await this.keys.admit(request, 'operator');
    await this.queues.publish('probe', body);
    return { message: 'Message accepted!' };
  }
}
