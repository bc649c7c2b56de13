/** Reads `.env` where there is one: `node --env-file-if-exists` tells of each one that is missing. */
import { existsSync } from 'node:fs';
import process from 'node:process';

if (existsSync('.env')) process.loadEnvFile('.env');
