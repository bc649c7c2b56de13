const TIMEOUT_MS = 10_000;
/** Three tries: the load balancer may still look at a task that is just leaving. */
const TRIES = 3;

/**
 * Asks the shop at `url` for its products, and for a sale of something that it does not have: the answer comes from the
 * database, and nothing is sold.
 *
 * @returns what is wrong, nothing when all is well
 */
export async function faultsOfShop(url: string): Promise<string[]> {
  let faults: string[] = [];
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    faults = [...(await faultsOfProducts(url)), ...(await faultsOfSale(url))];
    if (faults.length === 0) return [];
  }
  return faults;
}

async function faultsOfProducts(url: string): Promise<string[]> {
  const { status, body } = await ask(`${url}/products`);
  const isList = status === 200 && Array.isArray((body as { items?: unknown } | undefined)?.items);
  return isList ? [] : [`GET /products is answered ${status}`];
}

async function faultsOfSale(url: string): Promise<string[]> {
  const lines = [{ sku: 'NO-SUCH-SKU', quantity: 1 }];
  const { status, body } = await ask(`${url}/sales`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ lines }),
  });
  const code = (body as { code?: string } | undefined)?.code;
  return code === 'SKU.UNKNOWN' ? [] : [`a sale of an unknown SKU is answered ${status} ${code ?? ''}`];
}

async function ask(url: string, init: RequestInit = {}): Promise<{ status: number | string; body: unknown }> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { status: response.status, body: await response.json().catch(() => undefined) };
  } catch (error) {
    return { status: `not at all (${(error as Error).message})`, body: undefined };
  }
}
