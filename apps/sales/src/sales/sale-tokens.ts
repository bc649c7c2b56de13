import { Inject, Injectable } from '@nestjs/common';
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { SALES_ENVIRONMENT, type SalesEnvironment } from '../environment.js';
import { ApiError, type Sentence } from '../problem/problem.js';

/** Begins every text that is signed, so that the key can sign something else one day. */
const PREFIX = 'sale-token:v1:';

const TOKEN_WRONG: Sentence = {
  en: 'The header X-Sale-Token has not the token of this sale.',
  ko: 'X-Sale-Token 헤더의 토큰이 이 구매의 것이 아닙니다.',
};

/**
 * The secret of the buyer of a sale: an HMAC of its id. It is stored nowhere, so that every process can tell it again, and
 * a copy of the database shows none.
 */
@Injectable()
export class SaleTokens {
  private readonly current: KeyObject;
  /** Each is believed. */
  private readonly believed: readonly KeyObject[];

  constructor(@Inject(SALES_ENVIRONMENT) environment: SalesEnvironment) {
    const { SALE_TOKEN_KEY, SALE_TOKEN_KEY_PREVIOUS: previous } = environment;
    this.current = keyOf(SALE_TOKEN_KEY);
    this.believed = previous === undefined ? [this.current] : [this.current, keyOf(previous)];
  }

  /** @param id of the sale, in lower case */
  of(id: string): string {
    return tokenOf(this.current, id);
  }

  /** Whether it is the token of the sale, by the current key or the one before. Takes as long for every wrong token. */
  isValid(id: string, token: string): boolean {
    const given = Buffer.from(token);
    return this.believed.some((key) => {
      const right = Buffer.from(tokenOf(key, id));
      return given.length === right.length && timingSafeEqual(given, right);
    });
  }

  /**
   * For a request that may have a token. No limit of wrong ones: 256 bits cannot be guessed at any rate, and buyers behind
   * one address would lock each other out.
   *
   * @returns whether it has the token of the sale; false when it has none
   * @throws ApiError `SALE.TOKEN_WRONG` when it has another
   */
  admit(id: string, token: string | undefined): boolean {
    if (token === undefined) return false;
    if (this.isValid(id, token)) return true;
    throw new ApiError('SALE.TOKEN_WRONG', TOKEN_WRONG);
  }
}

/** Prepared once: a key as text costs another 0.5 µs for each token. */
function keyOf(text: string): KeyObject {
  return createSecretKey(Buffer.from(text));
}

function tokenOf(key: KeyObject, id: string): string {
  return createHmac('sha256', key).update(`${PREFIX}${id}`).digest('base64url');
}
