/** What only a browser can tell of the system: that its pages work without the internet, and whom CORS lets in. */
import assert from 'node:assert/strict';
import console from 'node:console';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import process from 'node:process';
import { isToRun } from '../command-line.mjs';
import { withLock } from '../file-lock.mjs';
import { installPackages, isInstalled } from '../install.mjs';
import { withSystem } from '../local-system.mjs';

const USAGE = `Looks at the system with Chromium, which CHROMIUM names where it is elsewhere than usual.

  npm run test:browser

The exit status is 69 when there is no Chromium.`;

const UNAVAILABLE_STATUS = 69;
const USUAL = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];

const here = import.meta.dirname;

if (isToRun(USAGE)) {
  const executablePath = process.env.CHROMIUM ?? USUAL.find((file) => fs.existsSync(file));
  if (executablePath === undefined) {
    console.error('There is no Chromium to test with.');
    process.exitCode = UNAVAILABLE_STATUS;
  } else await test(executablePath);
}

async function test(executablePath) {
  await withLock(
    path.join(here, '../../dist/.prepare-browser.lock'),
    () => console.error('Another command installs the browser tests: waiting for it ...'),
    async () => {
      if (!isInstalled(here)) await installPackages(here, ['--ignore-scripts']);
    },
  );
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  const shop = await pageOfAnotherOrigin();
  try {
    await withSystem({ CORS_ORIGINS: shop.origin }, async ({ salesUrl }) => {
      await step('the documentation works without the internet', () => documentationWorks(browser, salesUrl));
      await step('a page of a shop sells where CORS lets it', async () => {
        const { status, body, replayed } = await sellFrom(browser, shop.origin, salesUrl);
        assert.deepEqual({ status, replayed }, { status: 201, replayed: 'true' });
        assert.equal(body.status, 'CONFIRMED');
      });
      await step('a page of another origin does not', async () => {
        const other = shop.origin.replace('127.0.0.1', 'localhost');
        await assert.rejects(sellFrom(browser, other, salesUrl), /Failed to fetch/);
      });
    });
    await withSystem({}, async ({ salesUrl }) => {
      await step('no page does without CORS', () =>
        assert.rejects(sellFrom(browser, shop.origin, salesUrl), /Failed to fetch/),
      );
    });
  } finally {
    await browser.close();
    shop.server.close();
  }
}

async function step(title, run) {
  await run();
  console.log(`ok  ${title}`);
}

async function documentationWorks(browser, salesUrl) {
  const page = await browser.newPage();
  const faults = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(salesUrl))
      faults.push(request.url());
  });
  await page.goto(`${salesUrl}/docs`);
  await page.getByText('A shop sells limited goods.').first().waitFor();
  await page.goto(`${salesUrl}/docs#tag/sales/POST/sales`);
  await page.getByRole('heading', { name: 'Buy, all lines or none' }).first().waitFor();
  assert.deepEqual(faults, []);
  await page.close();
}

/** Buys, and repeats it, by a script of the page: it needs a preflight, and reads a header. */
async function sellFrom(browser, origin, salesUrl) {
  const page = await browser.newPage();
  try {
    await page.goto(origin);
    return await page.evaluate(async (url) => {
      const buy = () =>
        globalThis.fetch(`${url}/sales`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': key },
          body: JSON.stringify({ lines: [{ sku: 'CP-502101', quantity: 1 }] }),
        });
      const key = globalThis.crypto.randomUUID?.() ?? String(Math.random());
      await buy();
      const answer = await buy();
      const replayed = answer.headers.get('idempotent-replayed');
      return { status: answer.status, body: await answer.json(), replayed };
    }, salesUrl);
  } finally {
    await page.close();
  }
}

/** The page of a shop, at an origin that is not that of the API. */
async function pageOfAnotherOrigin() {
  const server = http.createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>A shop</title>'),
  );
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}
