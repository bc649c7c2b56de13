/** Units of every SKU that is sold: more than any run sells, and far from what the column holds. */
export const OPENING_STOCK = 1_000_000_000;

/** Of every product, so that no subject has to look one up that the others need not. */
export const PRICE_KRW = 1_000;
