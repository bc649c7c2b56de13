import { CustomerAddress, ErasureService } from '#inventory';
import { Body, Controller, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import { RouteSchema } from '@nestjs/platform-fastify';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import Type from 'typebox';
import { ReplayedHeader, WRITE_REFUSALS, WriteHeaders } from '../idempotency/idempotency-schema.js';
import { IdempotentWrites } from '../idempotency/idempotent-writes.js';
import { ApiKeyGuard, operationsRoute } from '../operations/api-key.guard.js';
import { PROBLEM_RESPONSES } from '../problem/problem.js';
import { Erasure, ForgetCustomer } from './customer-schema.js';

@Controller('customers')
@UseGuards(ApiKeyGuard)
export class CustomersController {
  constructor(
    private readonly erasure: ErasureService,
    private readonly writes: IdempotentWrites,
  ) {}

  @Post('forget')
  @HttpCode(200)
  @RouteSchema({
    ...operationsRoute('admin'),
    operationId: 'forgetCustomer',
    summary: 'Erase the e-mail address of a buyer everywhere',
    description: [
      'Sales keep their ids, goods, prices and keys. A repeat of a purchase under its key still gets the same sale, without the',
      'address. It reads whole tables, a thousand rows in a transaction, and may be repeated: what is erased stays erased. The',
      'audit names the beginning of the SHA-256 of the address.',
    ].join(' '),
    headers: WriteHeaders,
    body: ForgetCustomer,
    response: {
      200: Type.Object(Erasure.properties, {
        title: 'Erasure',
        description: 'erased, or counted',
        headers: ReplayedHeader,
      }),
      ...PROBLEM_RESPONSES,
    },
    'x-refusals': [...WRITE_REFUSALS],
  })
  async forget(
    @Body() { email, note, dryRun = false }: ForgetCustomer,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const address = new CustomerAddress(email);
    // Before the transaction of the answer: it takes many. What a failure leaves undone, the next request does.
    const erased = await this.erasure.forget(email, dryRun);
    const customer = address.digest;
    await this.writes.answer(request, reply, async () => ({
      status: 200,
      body: { customer, dryRun, erased },
      audited: dryRun
        ? null
        : {
            action: 'customer.forgotten',
            subjectType: 'customer',
            subjectId: customer,
            note: note && address.erasedFromText(note),
            newValues: { ...erased },
          },
    }));
  }
}
