/** The first page of the documentation, in Markdown: the story that the API tells. */
export const INTRODUCTION = `
A shop sells limited goods. A video goes viral, everyone orders at once, the warehouse empties, and the only factory
behind it is slow and fragile. This service sells every unit there is and never one that is not, and refills the
warehouse by itself.

**1. Look.** \`GET /products/CP-502101\` shows a product and how much of it there is.

**2. Buy.** \`POST /sales\` sells all lines or none, and answers when that is on disk. Send an \`Idempotency-Key\`, a random
UUID for each sale: a repeat gets the first answer, and nothing is sold twice.

**3. Come too late.** Who asks for more than there is gets 409 \`STOCK.INSUFFICIENT\`, with the restock order that is on its
way, and when it is expected.

**4. Wait.** \`GET /restock-orders/{id}\` shows how it fares. The factory calls back, the goods are there, the same purchase works.

**5. Break the factory.** Orders wait for it and follow by themselves. What cannot be handled becomes a dead letter:
\`GET /dead-letters\` has the cause, \`POST /dead-letters/{id}/redrive\` sends it again.

**6. Be told.** \`POST /webhook-endpoints\` registers a URL that hears of sales, of products that are sold out or back, and of goods that are late.

What needs the operations key says so: send it as \`X-Api-Key\`; \`npm start\` prints it. Errors are problems by RFC 9457 with a
\`code\` for programs; their \`type\` opens. Texts are in English or Korean, by \`Accept-Language\`.

Every path answers OPTIONS with 204 and \`Allow\`, and a method that it does not have with 405
\`REQUEST.METHOD_NOT_ALLOWED\` and \`Allow\`.
`.trim();
