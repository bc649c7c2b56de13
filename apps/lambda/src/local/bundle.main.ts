import { runCommand } from '#runtime';
import { makeBundles } from './bundles.js';

const USAGE = `npm run bundle

Bundles the functions, each into a folder and an archive of its name in apps/lambda/bundles: what a deployment with
compute = "lambda", or \`sls deploy\` of the course, uploads.`;

await runCommand({
  usage: USAGE,
  options: {},
  run: async () => {
    for (const [name, bytes] of Object.entries(await makeBundles())) {
      console.log(`${name.padEnd(10)} ${(bytes / 1024).toFixed(0).padStart(6)} KiB`);
    }
  },
});
