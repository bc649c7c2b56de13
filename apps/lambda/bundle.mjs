/**
 * One bundle for each function, and its archive, from the compiled handlers in dist, into apps/lambda/bundles: what
 * `sls deploy` and Terraform upload. `npm run bundle` calls it.
 */
import { build } from 'esbuild';
import fs from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

const ROOT = path.join(import.meta.dirname, '../..');
const HANDLERS = path.join(ROOT, 'dist/apps/lambda/src/handlers');
const BUNDLES = path.join(import.meta.dirname, 'bundles');
export const NAMES = ['hello', 'producer', 'consumer', 'sales', 'worker', 'scheduled', 'migrate'];

/**
 * Bundles the functions of `names`, each into a folder of its name.
 *
 * @returns {Promise<Record<string, number>>} the bytes of each
 */
export async function bundle(names) {
  const bytes = {};
  for (const name of names) {
    const { metafile } = await build({
      entryPoints: { index: path.join(HANDLERS, `${name}.js`) },
      outdir: path.join(BUNDLES, name),
      outExtension: { '.js': '.mjs' },
      bundle: true,
      minify: true,
      // Nest names providers, and TypeORM entities, by their classes.
      keepNames: true,
      sourcemap: false,
      platform: 'node',
      format: 'esm',
      // The newest that Terraform's provider knows.
      target: 'node22',
      metafile: true,
      legalComments: 'none',
      absWorkingDir: ROOT,
      banner: { js: BANNER },
      logLevel: 'error',
      plugins: [withoutUnusedParts],
    });
    await zip(name);
    bytes[name] = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
  }
  return bytes;
}

/** The same bytes for the same bundle, so that Terraform uploads what has changed alone. */
async function zip(name) {
  const archive = new ZipFile();
  archive.addFile(path.join(BUNDLES, name, 'index.mjs'), 'index.mjs', {
    mtime: new Date('2026-01-01T00:00:00Z'),
    mode: 0o100644,
    forceDosTimestamp: true,
  });
  archive.end();
  await pipeline(archive.outputStream, fs.createWriteStream(path.join(BUNDLES, `${name}.zip`)));
}

/**
 * What a function never uses: databases other than MySQL, the tables of character sets other than UTF-8, the commands of
 * TypeORM, files sent from a disk, and the pages of the API's documentation, which a service serves.
 */
const UNUSED = [
  /typeorm\/driver\/(?!mysql\/)[\w-]+\//,
  /typeorm\/entity-manager\/Mongo/,
  /typeorm\/repository\/Mongo/,
  /iconv-lite\/encodings\/(tables\/|dbcs-|sbcs-)/,
  /node_modules\/better-sqlite3\//,
  /database\/embedded-connection\.js$/,
  /@fastify\/swagger\//,
  /node_modules\/@scalar\//,
  /@nestjs\/common\/pipes\/file\//,
  /@nestjs\/typeorm\/dist\/common\/typeorm-compat/,
  /node_modules\/(glob|mime|@sqltools\/formatter|@fastify\/static|@fastify\/send)\//,
];

/**
 * Puts nothing in the place of what is unused, and leaves out packages that are not installed: Nest and TypeORM ask for some,
 * of other databases and transports, and find out when they run that they are not there.
 */
const withoutUnusedParts = {
  name: 'without-unused-parts',
  setup({ onLoad, onResolve, resolve }) {
    onResolve({ filter: /^[@a-z.]/ }, async ({ path: name, pluginData, ...from }) => {
      if (pluginData === 'resolving' || isBuiltin(name)) return undefined;
      const found = await resolve(name, { ...from, pluginData: 'resolving' });
      if (found.errors.length > 0) return { path: name, external: true };
      return UNUSED.some((part) => part.test(found.path)) ? { path: found.path, namespace: 'unused' } : found;
    });
    onLoad({ filter: /./, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** Packages of the older module system that are bundled call `require` for Node's own modules. */
const BANNER =
  "import{createRequire as createBundleRequire}from'node:module';const require=createBundleRequire(import.meta.url);";
