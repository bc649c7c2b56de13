import { refusedAddresses, withTimeout } from '#runtime';
import { ApiError } from '../problem/problem.js';

const LOOKUP_TIMEOUT_MS = 2_000;

/**
 * Refuses a URL that is not to be called from here: what is private stays so. A host that is not found may be there later. The
 * worker looks again when it calls.
 *
 * @throws ApiError `WEBHOOK_ENDPOINT.REFUSED`
 */
export async function requireAllowedUrl(text: string, allowsPrivate: boolean): Promise<void> {
  const url = new URL(text);
  if (url.username || url.password) {
    throw refused('The URL has a user name or password.', 'URL에 사용자 이름이나 암호가 있습니다.');
  }
  if (url.protocol !== 'https:' && !allowsPrivate)
    throw refused('The URL is not https.', 'URL이 https가 아닙니다.');
  const addresses = await withTimeout(refusedAddresses(url, allowsPrivate), LOOKUP_TIMEOUT_MS).catch(
    () => [],
  );
  if (addresses.length > 0) {
    throw refused(
      `The host ${url.hostname} has an address that is private or of this network.`,
      `호스트 ${url.hostname}의 주소가 사설 주소이거나 이 네트워크의 주소입니다.`,
    );
  }
}

function refused(en: string, ko: string): ApiError {
  return new ApiError('WEBHOOK_ENDPOINT.REFUSED', { en, ko });
}
