import { type ApiErrorCode } from './error-catalogue.js';

/** {@link ERROR_CATALOGUE} in Korean. */
export const KOREAN_CATALOGUE: Record<ApiErrorCode, { title: string; advice: string }> = {
  'API_KEY.NAME_TAKEN': {
    title: '다른 API 키의 이름입니다',
    advice: '다른 이름을 쓰거나 그 키를 교체(rotate)하세요. 폐기된 키의 이름도 감사 기록을 위해 남습니다.',
  },
  'API_KEY.REVOKED': {
    title: 'API 키가 폐기되었습니다',
    advice: '`POST /api-keys`로 새 키를 만드세요.',
  },
  'API_KEY.UNKNOWN': {
    title: '그런 API 키가 없습니다',
    advice: '목록은 `GET /api-keys`에 있습니다.',
  },
  'AUTH.KEY_REQUIRED': {
    title: '운영자 API 키가 필요합니다',
    advice: '`X-Api-Key` 헤더에 키를 보내세요.',
  },
  'AUTH.ROLE_REQUIRED': {
    title: '이 API 키의 역할로는 할 수 없습니다',
    advice: '`requiredRole` 역할의 키를 가진 사람에게 부탁하거나, 관리자에게 다른 키를 요청하세요.',
  },
  'CALLBACK.ADDRESS_REFUSED': {
    title: '공장에 허용된 주소에서 온 콜백이 아닙니다',
    advice: '운영자에게 공장의 `callbackAddresses`에 주소를 추가해 달라고 한 뒤, 콜백을 다시 보내세요.',
  },
  'CALLBACK.EXPIRED': {
    title: '콜백이 너무 늦게 왔습니다',
    advice: '공장이 할 일은 없습니다. 이 입고는 데드 레터로 기록되었고, 운영자가 결정합니다.',
  },
  'CALLBACK.FORGED': {
    title: '주문한 적이 없는 것에 대한 콜백입니다',
    advice: '주문의 `CallbackUrl`을, 주문한 상품과 공장으로 호출하세요.',
  },
  'CURSOR.UNKNOWN': {
    title: '이 목록의 커서가 아닙니다',
    advice: '이전 페이지의 `nextCursor`를 그대로 보내거나, 처음부터 보려면 보내지 마세요.',
  },
  'CUSTOMER.TOKEN_REFUSED': {
    title: '고객이 누구인지 증명하지 못하는 토큰입니다',
    advice: '쇼핑몰 서버에서 새 토큰을 받거나, 토큰 없이 이메일 주소를 보내세요.',
  },
  'DATABASE.UNAVAILABLE': {
    title: '창고(데이터베이스)에 연결할 수 없습니다',
    advice:
      '`Retry-After` 뒤에 같은 `Idempotency-Key`로 요청을 반복하세요. 그때는 결과를 알 수 있을 것입니다.',
  },
  'DEAD_LETTER_JOB.CLOSED': {
    title: '작업이 진행 중이거나 끝났습니다',
    advice: '`GET /dead-letter-jobs/:id`로 확인하거나 새 작업을 계획하세요.',
  },
  'DEAD_LETTER_JOB.TOO_LARGE': {
    title: '조건에 맞는 데드 레터가 너무 많습니다',
    advice: '기간 등으로 조건을 좁혀 `limit`개까지만 고르세요.',
  },
  'DEAD_LETTER_JOB.UNKNOWN': {
    title: '그런 작업이 없습니다',
    advice: '목록은 `GET /dead-letter-jobs`에 있습니다.',
  },
  'DEAD_LETTER.MESSAGE_INVALID': {
    title: '고친 메시지를 보낼 수 없습니다',
    advice: '`faults`에 나온 것을 모두 고치세요. 데드 레터는 아직 열려 있습니다.',
  },
  'DEAD_LETTER.NOT_REDRIVABLE': {
    title: '이 메시지는 다시 보내도 실패합니다',
    advice: '버리세요(discard). 상품이 실제로 도착했다면 재고 조정으로 더하세요.',
  },
  'DEAD_LETTER.RESOLVED': {
    title: '데드 레터가 이미 처리되었습니다',
    advice: '누가 언제 다시 보냈거나 버렸는지, 데드 레터를 조회하면 나옵니다.',
  },
  'DEAD_LETTER.UNKNOWN': {
    title: '그런 데드 레터가 없습니다',
    advice: '목록은 `GET /dead-letters`에 있습니다.',
  },
  'FACTORY.NOT_FOUND': {
    title: '이 경로에 공장이 없습니다',
    advice: '목록은 `GET /factories`에 있습니다.',
  },
  'FACTORY.UNKNOWN': {
    title: '그런 공장이 없습니다',
    advice: '창고가 아는 공장의 id를 보내세요.',
  },
  'PRODUCT.DISCONTINUED': {
    title: '더 이상 팔지 않는 상품입니다',
    advice: '아무것도 팔지 않았습니다. 매장에서 내리세요. 저절로 다시 팔리지 않습니다.',
  },
  'PRODUCT.RULES_CONTRADICT': {
    title: '상품의 두 규칙이 서로 어긋납니다',
    advice: '`members`의 두 값 중 하나를 바꾸세요. 값은 그 옆에 있습니다.',
  },
  'QUEUE.UNAVAILABLE': {
    title: '큐에 연결할 수 없습니다',
    advice: '`Retry-After` 뒤에 요청을 반복하세요.',
  },
  'REQUEST.CONTENT_ENCODING': {
    title: '지원하지 않는 콘텐츠 인코딩입니다',
    advice: '`Content-Encoding` 없이, 본문을 그대로 보내세요.',
  },
  'REQUEST.HEADERS_TOO_LARGE': {
    title: '헤더가 너무 큽니다',
    advice: '헤더는 16 KiB까지 보낼 수 있습니다.',
  },
  'REQUEST.INVALID': {
    title: '요청이 스키마에 맞지 않습니다',
    advice: '`errors`에 나온 곳을 모두 고치세요. 스키마는 `/docs`에 있습니다.',
  },
  'REQUEST.KEY_REUSED': {
    title: '다른 요청에 쓴 멱등 키입니다',
    advice: '다른 요청에는 새 키를 쓰세요. 반복할 때는 메서드, 경로, 본문이 같아야 합니다.',
  },
  'REQUEST.MALFORMED': {
    title: '요청을 읽을 수 없습니다',
    advice:
      '`detail`에 나온 것을 고치세요. `Host`는 하나, 본문은 UTF-8 JSON, 값은 1,000개까지, 같은 이름의 멤버는 하나, 숫자는 double로 정확히 표현되는 것만 됩니다.',
  },
  'REQUEST.MEDIA_TYPE': {
    title: '지원하지 않는 콘텐츠 형식입니다',
    advice: '`Content-Type: application/json`으로, UTF-8로 보내세요.',
  },
  'REQUEST.METHOD_NOT_ALLOWED': {
    title: '이 경로에는 그 메서드가 없습니다',
    advice: '`Allow`에 있는 메서드를 쓰세요.',
  },
  'REQUEST.PRECONDITION': {
    title: '그 사이에 바뀌었거나, 이미 있습니다',
    advice: '아무것도 바꾸지 않았습니다. 다시 읽고, 다시 고쳐서, 새 `ETag`를 `If-Match`에 넣어 보내세요.',
  },
  'REQUEST.RATE_LIMITED': {
    title: '한 클라이언트가 요청을 너무 많이 보냅니다',
    advice: '아무것도 하지 않았습니다. `Retry-After` 뒤에 요청을 반복하고, 그 뒤로는 더 적게 보내세요.',
  },
  'REQUEST.REFUSED': {
    title: '요청을 거절합니다',
    advice: '`detail`에 나온 것을 고치세요.',
  },
  'REQUEST.TIMEOUT': {
    title: '요청이 도착하는 데 너무 오래 걸렸습니다',
    advice: '다시 보내세요.',
  },
  'REQUEST.TOO_LARGE': {
    title: '본문이 너무 큽니다',
    advice: '본문은 64 KiB까지 보낼 수 있습니다.',
  },
  'RESTOCK_ORDER.CLOSED': {
    title: '재입고 주문이 이미 끝났습니다',
    advice: '무슨 일이 있었는지는 `GET /restock-orders/:id`의 타임라인에 있습니다.',
  },
  'RESTOCK_ORDER.UNKNOWN': {
    title: '그런 재입고 주문이 없습니다',
    advice: '목록은 `GET /restock-orders`에 있습니다.',
  },
  'ROUTE.UNKNOWN': {
    title: '그런 경로가 없습니다',
    advice: '경로는 `/docs`에 있습니다.',
  },
  'SALE.CUSTOMER_REQUIRED': {
    title: '고객을 알아야 팔 수 있는 상품입니다',
    advice: '`customerEmail` 또는 고객의 `X-Customer-Token`을 보내세요.',
  },
  'SALE.ENDED': {
    title: '이미 취소되었거나 만료된 구매입니다',
    advice: '`GET /sales/:id`로 확인하세요. 다시 취소할 수 없습니다.',
  },
  'SALE.KEY_IN_USE': {
    title: '이 멱등 키로 기다리는 요청이 너무 많습니다',
    advice: '`Retry-After` 뒤에 요청을 반복하세요. 구매마다 다른 키를 쓰세요.',
  },
  'SALE.KEY_REUSED': {
    title: '다른 구매에 쓴 멱등 키입니다',
    advice: '새 구매에는 새 키를 쓰세요. 반복할 때는 본문이 정확히 같아야 합니다.',
  },
  'SALE.LIMIT_REACHED': {
    title: '고객 한 명이 그만큼 살 수 없습니다',
    advice: '아무것도 팔지 않았습니다. `remaining`개까지만 주문하거나, `resetsAt` 뒤에 다시 주문하세요.',
  },
  'SALE.NOT_OPEN': {
    title: '지금은 팔지 않는 상품입니다',
    advice:
      '아무것도 팔지 않았습니다. `opensAt` 전이면 `Retry-After` 뒤에 요청을 반복하세요. `closedAt` 뒤에는 판매가 끝난 것입니다.',
  },
  'SALE.OVERLOADED': {
    title: '제때 팔 수 있는 것보다 주문이 많습니다',
    advice: '아무것도 팔지 않았습니다. `Retry-After` 뒤에 같은 `Idempotency-Key`로 요청을 반복하세요.',
  },
  'SALE.NOT_WAITING': {
    title: '입고를 기다리는 구매가 아닙니다',
    advice:
      '`GET /sales/:id`로 확인하세요. 구매자는 대기만 취소할 수 있고, 확정된 구매는 상점이 `POST /sales/:id/cancel`로 취소합니다.',
  },
  'SALE.QUANTITY_EXCEEDED': {
    title: '한 번에 그만큼 살 수 없습니다',
    advice:
      '이 SKU는 `maxPerSale`개까지 주문하세요. 상품의 규칙이거나, 재입고로도 채울 수 없는 수량이면 그보다 적습니다.',
  },
  'SALE.TOKEN_WRONG': {
    title: '이 구매의 토큰이 아닙니다',
    advice:
      '`POST /sales` 응답의 `token`을 `X-Sale-Token` 헤더로 보내세요. 헤더 없이 `GET`을 보내면 이메일 주소를 뺀 구매 내용을 볼 수 있습니다.',
  },
  'SALE.UNKNOWN': {
    title: '그런 구매가 없습니다',
    advice: '`POST /sales`의 응답에 있는 id를 쓰세요.',
  },
  'SERVER.FAULT': {
    title: '서버가 잘못했습니다',
    advice:
      '같은 `Idempotency-Key`로 요청을 반복하세요. `requestId`를 운영자에게 알려 주세요. 원인은 로그에 있습니다.',
  },
  'SKU.UNKNOWN': {
    title: '그런 상품이 없습니다',
    advice: '상품은 `GET /products`에 있습니다.',
  },
  'STOCK.INSUFFICIENT': {
    title: '재고가 부족합니다',
    advice:
      '아무것도 팔지 않았습니다. 무엇이 부족하고 재입고가 언제 예상되는지는 `shortages`에 있습니다. 같은 `Idempotency-Key`를 다시 써도 됩니다.',
  },
  'STOCK.LIMIT_EXCEEDED': {
    title: '재고가 보관할 수 있는 양을 넘습니다',
    advice: '`limit`에서 `onHand`를 뺀 만큼까지 더하세요.',
  },
  'STOCK.NEGATIVE': {
    title: '재고가 0보다 작아집니다',
    advice: '있는 만큼까지만 빼세요.',
  },
  'WEBHOOK_DELIVERY.UNKNOWN': {
    title: '그런 전송 기록이 없습니다',
    advice: '목록은 `GET /webhook-deliveries`에 있습니다. 30일 동안 보관합니다.',
  },
  'WEBHOOK_ENDPOINT.REFUSED': {
    title: '웹훅 엔드포인트로 쓸 수 없는 URL입니다',
    advice: '공개된 호스트의 https URL을 쓰세요. 무엇이 잘못되었는지는 `detail`에 있습니다.',
  },
  'WEBHOOK_ENDPOINT.UNKNOWN': {
    title: '그런 웹훅 엔드포인트가 없습니다',
    advice: '목록은 `GET /webhook-endpoints`에 있습니다.',
  },
};
