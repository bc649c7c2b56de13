import { type FastifyInstance } from 'fastify';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** Of the page: its own files alone, from no other site, and shown in no other site. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // Scalar writes styles into its elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Donut-States API</title>
<link rel="icon" href="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><circle cx='8' cy='8' r='5' fill='none' stroke='%23c2306b' stroke-width='5'/></svg>">
<link rel="stylesheet" href="/docs/look.css">
<div id="reference"></div>
<script src="/docs/scalar.js"></script>
<script src="/docs/start.js"></script>
</html>
`;

/** Calm, dense, and one colour: the donut's. System fonts, because nothing is loaded from elsewhere. */
const LOOK = `
:root, .light-mode, .dark-mode { --scalar-font: system-ui, sans-serif; --scalar-font-code: ui-monospace, monospace; --scalar-radius: 4px; }
.light-mode { --scalar-color-accent: #c2306b; --scalar-background-accent: #c2306b14; }
.dark-mode { --scalar-color-accent: #f07aa8; --scalar-background-accent: #f07aa81f; }
`;

/** Nobody is told of anything, asked for anything, or sent anywhere: the page works without the internet. */
const START = `
Scalar.createApiReference('#reference', {
  url: '/openapi.json',
  theme: 'default',
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: 'never',
  documentDownloadType: 'direct',
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
});
`;

/** How long a browser keeps the script, in seconds. */
const SCRIPT_KEPT_S = 3_600;

/** `/docs`: Scalar's reference of `/openapi.json`, with our name and look. */
export function useDocsPage(fastify: FastifyInstance): void {
  const serve = (url: string, type: string, content: string | (() => Promise<Buffer>)) =>
    fastify.get(url, { schema: { hide: true } }, async (_, reply) => {
      void reply.type(`${type}; charset=utf-8`).header('content-security-policy', PAGE_POLICY);
      if (typeof content === 'string') return content;
      // Every browser takes it.
      void reply
        .header('content-encoding', 'gzip')
        .header('cache-control', `public, max-age=${SCRIPT_KEPT_S}`);
      return content();
    });
  serve('/docs', 'text/html', PAGE);
  serve('/docs/', 'text/html', PAGE);
  serve('/docs/look.css', 'text/css', LOOK);
  serve('/docs/start.js', 'text/javascript', START);
  serve('/docs/scalar.js', 'text/javascript', compressedScalar);
}

let compressed: Promise<Buffer> | undefined;

/** Four megabytes that most processes are never asked for: they are loaded when they are. */
function compressedScalar(): Promise<Buffer> {
  return (compressed ??= loadScalar().catch((error: unknown) => {
    compressed = undefined;
    throw error;
  }));
}

/** The package has its script in no file of its own: it is asked for it, as a browser would. */
async function loadScalar(): Promise<Buffer> {
  const [{ default: scalar }, { fastify }] = await Promise.all([
    import('@scalar/fastify-api-reference'),
    import('fastify'),
  ]);
  const server = fastify();
  await server.register(scalar, { routePrefix: '/reference', configuration: { url: '/openapi.json' } });
  const { statusCode, rawPayload } = await server.inject('/reference/js/scalar.js');
  await server.close();
  if (statusCode !== 200) throw new Error(`The script of the documentation was answered ${statusCode}`);
  return promisify(gzip)(rawPayload);
}
