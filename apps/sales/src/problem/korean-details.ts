import { type InventoryError, type InventoryErrorCode } from '#inventory';
import { KOREAN_CATALOGUE } from './korean-catalogue.js';

/** As they are written into a sentence. */
type Facts = Record<string, string>;

/** Details of the warehouse's refusals in Korean, from their facts. The others say all in their title. */
const DETAILS: Partial<Record<InventoryErrorCode, (facts: Facts) => string>> = {
  'API_KEY.NAME_TAKEN': ({ name }) => `${name}(이)라는 키가 있거나 있었습니다.`,
  'API_KEY.REVOKED': ({ name }) => `${name} 키는 폐기되었습니다.`,
  'API_KEY.UNKNOWN': ({ id }) => `API 키 ${id}이(가) 없습니다.`,
  'CURSOR.UNKNOWN': ({ cursor }) => `이 목록에는 커서가 ${cursor}인 페이지가 없습니다.`,
  'DEAD_LETTER_JOB.CLOSED': ({ id, currentStatus }) => `작업 ${id}의 상태가 이미 ${currentStatus}입니다.`,
  'DEAD_LETTER_JOB.TOO_LARGE': ({ limit }) => `조건에 맞는 데드 레터가 ${limit}개보다 많습니다.`,
  'DEAD_LETTER_JOB.UNKNOWN': ({ id }) => `작업 ${id}이(가) 없습니다.`,
  'DEAD_LETTER.MESSAGE_INVALID': ({ faults }) =>
    `고친 메시지에 문제가 있습니다: ${String(faults).replaceAll(',', '; ')}`,
  'DEAD_LETTER.NOT_REDRIVABLE': () =>
    '이 메시지는 지금 그대로는 다시 실패합니다. 버리세요. 상품이 실제로 도착했다면 재고 조정으로 더하세요.',
  'DEAD_LETTER.RESOLVED': ({ id, currentStatus }) => `데드 레터 ${id}의 상태가 이미 ${currentStatus}입니다.`,
  'DEAD_LETTER.UNKNOWN': ({ id }) => `데드 레터 ${id}이(가) 없습니다.`,
  'FACTORY.NOT_FOUND': ({ factoryId }) => `공장 ${factoryId}이(가) 없습니다.`,
  'FACTORY.UNKNOWN': ({ factoryId }) => `공장 ${factoryId}이(가) 없습니다.`,
  'PRODUCT.DISCONTINUED': ({ sku }) => `${sku}은(는) 더 이상 팔지 않습니다.`,
  'PRODUCT.RULES_CONTRADICT': ({ targetLevel, reorderPoint, salesFrom, salesUntil }) =>
    salesFrom
      ? `salesFrom(${salesFrom})은 salesUntil(${salesUntil})보다 앞서야 합니다. 아니면 팔 수 없습니다.`
      : `targetLevel(${targetLevel})은 reorderPoint(${reorderPoint})보다 커야 합니다. 아니면 채우자마자 다시 주문하게 됩니다.`,
  'SALE.ENDED': ({ id, currentStatus }) =>
    `구매 ${String(id)}은(는) 이미 ${String(currentStatus)} 상태입니다.`,
  'SALE.NOT_WAITING': ({ id, currentStatus }) =>
    `구매 ${String(id)}은(는) ${String(currentStatus)} 상태이므로 기다리는 것이 없습니다.`,
  'RESTOCK_ORDER.CLOSED': ({ id, currentStatus }) =>
    `재입고 주문 ${id}의 상태가 이미 ${currentStatus}입니다.`,
  'RESTOCK_ORDER.UNKNOWN': ({ id }) => `재입고 주문 ${id}이(가) 없습니다.`,
  'SALE.KEY_IN_USE': () => '이 멱등 키의 첫 요청을 기다리는 요청이 너무 많습니다.',
  'SALE.CUSTOMER_REQUIRED': ({ sku }) => `${sku}은(는) 고객을 알아야 팔 수 있습니다.`,
  'SALE.LIMIT_REACHED': ({ sku, limit, remaining }) =>
    `${sku}은(는) 고객 한 명이 ${limit}개까지 살 수 있고, ${remaining}개 남았습니다.`,
  'SALE.NOT_OPEN': ({ sku, opensAt, closedAt }) =>
    opensAt ? `${sku}은(는) ${opensAt}부터 팝니다.` : `${sku}은(는) ${closedAt}까지 팔았습니다.`,
  'SALE.QUANTITY_EXCEEDED': ({ sku, maxPerSale }) =>
    `${sku}은(는) 한 번에 ${maxPerSale}개까지 살 수 있습니다.`,
  'SALE.UNKNOWN': ({ id }) => `구매 ${id}이(가) 없습니다.`,
  'SKU.UNKNOWN': ({ skus }) => `상품 ${String(skus).replaceAll(',', ', ')}이(가) 없습니다.`,
  'STOCK.LIMIT_EXCEEDED': ({ sku, onHand, limit }) =>
    `${sku}의 재고 ${onHand}개에 더하면 한도 ${limit}개를 넘습니다.`,
  'WEBHOOK_DELIVERY.UNKNOWN': ({ id }) => `전송 기록 ${id}이(가) 없습니다.`,
  'WEBHOOK_ENDPOINT.UNKNOWN': ({ id }) => `웹훅 엔드포인트 ${id}이(가) 없습니다.`,
  'STOCK.NEGATIVE': ({ sku, onHand }) => `${sku}의 재고는 ${onHand}개뿐입니다.`,
};

/** What the refusal says of itself, in Korean. */
export function koreanDetail({ code, facts }: InventoryError): string {
  return DETAILS[code]?.(facts as Facts) ?? KOREAN_CATALOGUE[code].title;
}
