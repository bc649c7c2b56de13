import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT } from './project.js';

/** What `apps/lambda/bundle.mjs` makes. */
const BUNDLES = join(PROJECT, 'apps/lambda/bundles');

/** The bundles as a function has them: away from this project, so that none finds its packages. */
export class UploadedFunctions {
  private readonly folder = mkdtempSync(join(tmpdir(), 'donut-states-functions-'));

  constructor() {
    cpSync(BUNDLES, this.folder, { recursive: true });
  }

  fileOf(name: string): string {
    return join(this.folder, name, 'index.mjs');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
