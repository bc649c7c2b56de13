import { Clock } from '#inventory';
import { Inject, Injectable } from '@nestjs/common';
import { errors, jwtVerify } from 'jose';
import { SALES_ENVIRONMENT, type SalesEnvironment } from '../environment.js';
import { ApiError, type Sentence } from '../problem/problem.js';

/** How far the clocks of this machine and of the shop's back end may be apart, in s. */
const CLOCK_TOLERANCE_SECONDS = 5;

const MAX_ID_LENGTH = 255;

const NOT_CONFIGURED: Sentence = {
  en: 'This service takes no customer tokens.',
  ko: '이 서비스는 고객 토큰을 받지 않습니다.',
};
const EXPIRED: Sentence = { en: 'The token has expired.', ko: '토큰이 만료되었습니다.' };
const INVALID: Sentence = {
  en: 'The token is not signed for this service, or has no sub or exp.',
  ko: '이 서비스를 위해 서명한 토큰이 아니거나, sub 또는 exp가 없습니다.',
};

/** Tokens by which the back end of the shop proves who buys. */
@Injectable()
export class CustomerTokens {
  private readonly key: Uint8Array | undefined;

  constructor(
    private readonly clock: Clock,
    @Inject(SALES_ENVIRONMENT) { CUSTOMER_SIGNING_KEY: key }: SalesEnvironment,
  ) {
    this.key = key === undefined ? undefined : new TextEncoder().encode(key);
  }

  /** @throws ApiError `CUSTOMER.TOKEN_REFUSED` */
  async idOf(token: string): Promise<string> {
    if (!this.key) throw new ApiError('CUSTOMER.TOKEN_REFUSED', NOT_CONFIGURED);
    try {
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: ['HS256'],
        requiredClaims: ['sub', 'exp'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: this.clock.localNow(),
      });
      const { sub } = payload;
      if (typeof sub === 'string' && sub !== '' && sub.length <= MAX_ID_LENGTH) return sub;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new ApiError('CUSTOMER.TOKEN_REFUSED', EXPIRED);
      if (!(error instanceof errors.JOSEError)) throw error;
    }
    throw new ApiError('CUSTOMER.TOKEN_REFUSED', INVALID);
  }
}
