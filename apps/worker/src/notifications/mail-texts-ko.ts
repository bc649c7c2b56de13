import { type MailFacts } from '#queues';
import { lines, type MailTexts } from './mail-texts.js';

export const KOREAN: MailTexts = {
  kinds: {
    DEAD_LETTER_OPENED: ({ deadLetterId, queue, causeCode, causeDetail, restockOrderId }, { salesUrl }) => ({
      subject: `[Donut-States] ${queue} 대기열의 처리 실패 메시지: ${causeCode}`,
      text: lines(
        `"${queue}" 대기열의 메시지를 처리하지 못했습니다. 담당자의 결정이 필요합니다.`,
        `원인: ${causeCode}: ${causeDetail}`,
        restockOrderId && `재입고 주문: ${salesUrl}/restock-orders/${restockOrderId}`,
        '',
        `확인:   GET  ${salesUrl}/dead-letters/${deadLetterId}`,
        `재시도: POST ${salesUrl}/dead-letters/${deadLetterId}/redrive`,
        `포기:   POST ${salesUrl}/dead-letters/${deadLetterId}/discard`,
        `전체:   GET  ${salesUrl}/dead-letters/groups 또는 npm run ops -- dead-letters`,
        '',
        '해결될 때까지 같은 원인으로 실패한 다른 메시지는 추가 메일 없이 각각 따로 기록됩니다.',
      ),
    }),
    STOCK_RAN_OUT: ({ sku, name, restockOrderId }, { salesUrl, isOver }) => ({
      subject: `[Donut-States] ${name} (${sku}) ${isOver ? '품절되었다가 다시 입고됨' : '품절'}`,
      text: lines(
        `${name} (${sku})의 마지막 수량이 판매되었습니다.`,
        isOver ? '이 메일은 늦게 발송되었습니다. 상품이 다시 입고되어 조치가 필요 없습니다.' : null,
        restockOrderId
          ? `진행 중인 재입고 주문: ${salesUrl}/restock-orders/${restockOrderId}`
          : '진행 중인 재입고 주문이 없습니다.',
        isOver ? null : '지금 광고하면 구매하지 못하는 고객이 생깁니다.',
      ),
    }),
    RESTOCK_OVERDUE: (
      { restockOrderId, sku, factoryId, quantity, receivedQuantity, deadlineAt },
      { salesUrl },
    ) => ({
      subject: `[Donut-States] ${factoryId} 공장의 ${sku} 납품 지연`,
      text: lines(
        `${factoryId} 공장에 ${sku} ${quantity}개를 주문했으나 ${deadlineAt}까지 ${receivedQuantity}개가 도착했습니다.`,
        '공장에 확인하세요. 늦게 도착한 상품은 자동으로 재고에 반영됩니다.',
        '',
        `확인: GET  ${salesUrl}/restock-orders/${restockOrderId}`,
        `포기: POST ${salesUrl}/restock-orders/${restockOrderId}/cancel`,
      ),
    }),
    GOODS_EARLY: (
      { restockOrderId, sku, factoryId, quantity, elapsedSeconds, usualSeconds },
      { salesUrl },
    ) => ({
      subject: `[Donut-States] ${factoryId} 공장의 ${sku} 납품이 지나치게 빠름`,
      text: lines(
        `${factoryId} 공장에서 ${sku} ${quantity}개가 주문 ${elapsedSeconds.toLocaleString('ko')}초 만에 도착했습니다. 보통은 ${usualSeconds.toLocaleString('ko')}초가 걸립니다.`,
        '콜백의 서명이 맞아 재고에 반영했습니다. 공장이 실제로 보냈는지 확인하고 수량을 세어 보세요.',
        '보내지 않았다면 재고를 바로잡고 콜백 서명 키를 교체하세요.',
        '',
        `확인: GET  ${salesUrl}/restock-orders/${restockOrderId}`,
        `정정: POST ${salesUrl}/products/${sku}/adjustments`,
      ),
    }),
    BACKORDER_FILLED: ({ saleId, lines: what, totalKrw }, { salesUrl }) => ({
      subject: '[Donut-States] 기다리시던 상품의 구매가 확정되었습니다',
      text: lines(
        `구매가 확정되었습니다: ${what}, ${totalKrw.toLocaleString('en')}원.`,
        `확인: ${salesUrl}/sales/${saleId}`,
      ),
    }),
    BACKORDER_EXPIRED: ({ saleId, lines: what, totalKrw }, { salesUrl }) => ({
      subject: '[Donut-States] 기다리시던 상품이 제때 입고되지 않았습니다',
      text: lines(
        `구매가 종료되었으며 결제할 금액은 없습니다: ${what}, ${totalKrw.toLocaleString('en')}원.`,
        '여전히 원하시면 다시 주문해 주세요.',
        `확인: ${salesUrl}/sales/${saleId}`,
      ),
    }),
    GOODS_RECEIVED: ({ sku, name, quantity, onHand }) => ({
      subject: `[Donut-States] ${name} (${sku}) 재입고`,
      text: lines(`${name} (${sku}) ${quantity}개가 도착했습니다. 현재 재고는 ${onHand}개입니다.`),
    }),
    FACTORY_AWAY: ({ isReminder, since, cause, ...waiting }, { salesUrl }) => ({
      subject: `[Donut-States] ${waiting.factoryName} 공장 ${isReminder ? '장애 지속' : '장애'}`,
      text: lines(
        `${waiting.factoryName} (${waiting.factoryId}) 공장이 ${since}부터 주문을 받지 않습니다.`,
        `원인: ${cause}`,
        waitingText(waiting),
        '',
        '일정한 간격으로 다시 시도하며, 복구되면 모든 주문이 자동으로 전송됩니다. 조치가 필요 없습니다.',
        `확인: GET ${salesUrl}/restock-orders?status=WAITING_FOR_FACTORY`,
      ),
    }),
    WEBHOOK_FAILING: ({ endpointId, origin, cause }, { salesUrl }) => ({
      subject: `[Donut-States] 웹훅이 ${origin}에 닿지 않습니다`,
      text: lines(
        `웹훅 엔드포인트 ${endpointId}(${origin})가 이벤트를 받지 못합니다: ${cause}`,
        '응답하지 않는 엔드포인트는 1분마다 다시 시도하고, 돌아오면 모두 보냅니다.',
        '410으로 답한 엔드포인트는 껐습니다. 그전에 기록된 이벤트는 기다리다가 켜면 전송되지만, 꺼진 동안 생긴 이벤트는 기록되지 않습니다.',
        '',
        `조회: GET   ${salesUrl}/webhook-deliveries?endpointId=${endpointId}`,
        `켜기: PATCH ${salesUrl}/webhook-endpoints/${endpointId}`,
      ),
    }),
    FACTORY_BACK: ({ since, until, ...waiting }) => ({
      subject: `[Donut-States] ${waiting.factoryName} 공장 복구`,
      text: lines(
        `${waiting.factoryName} (${waiting.factoryId}) 공장이 ${until}부터 다시 주문을 받습니다. 장애 시작: ${since}`,
        waitingText(waiting),
        '공장이 받을 수 있는 속도로 지금 전송합니다.',
      ),
    }),
  },
  severalBack: (products) => ({
    subject: `[Donut-States] 상품 ${products.length}종 재입고`,
    text: lines(
      '다음 상품이 도착했습니다.',
      '',
      ...products.map(
        ({ sku, name, quantity, onHand }) => `- ${name} (${sku}): ${quantity}개, 당시 재고 ${onHand}개`,
      ),
    ),
  }),
  at: (time) => `발생 시각: ${time}`,
};

type WaitingForFactory = Omit<MailFacts['FACTORY_BACK'], 'since' | 'until'>;

function waitingText({ orders, units, skus, refusedUnits, refusedKrw }: WaitingForFactory): string {
  return lines(
    `대기 중인 재입고 주문: ${orders}건, ${units}개${orders > 0 ? ` (${skus})` : ''}`,
    `구매하지 못한 수량: ${refusedUnits}개, ${refusedKrw.toLocaleString('ko')}원`,
  );
}
