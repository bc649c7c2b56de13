import process from 'node:process';

/** Of @hey-api/openapi-ts: modules without any dependency. */
export default {
  input: process.env.CLIENT_INPUT,
  output: { path: process.env.CLIENT_OUTPUT, module: { extension: '.js' } },
  plugins: ['@hey-api/client-fetch', '@hey-api/typescript', '@hey-api/sdk'],
  logs: { level: 'error', file: false },
};
