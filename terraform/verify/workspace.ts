import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** What an emulator has no use for, or cannot do. Terraform merges files of this name into the others. */
const PROVIDER_OVERRIDE = `provider "aws" {
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  s3_use_path_style           = true
  max_retries                 = 3
}
`;

/** A copy of terraform/: neither state nor overrides come near the original. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'donut-states-terraform-'));

  constructor(original: string) {
    cpSync(original, this.folder, {
      recursive: true,
      filter: (file) =>
        !/^(\.terraform.*|verify|deploy|.*\.tfstate.*|backend\.tf|.*\.auto\.tfvars)$/.test(basename(file)),
    });
    writeFileSync(join(this.folder, 'emulator_override.tf'), PROVIDER_OVERRIDE);
  }

  /** @returns the addresses of what is left out, without those of their modules */
  leaveOut(types: readonly string[]): string[] {
    const left: string[] = [];
    for (const file of globSync('**/*.tf', { cwd: this.folder })) {
      if (file.endsWith('_override.tf')) continue;
      const text = readFileSync(join(this.folder, file), 'utf8');
      const overrides = [...text.matchAll(/^resource "(\w+)" "(\w+)" \{\n([\s\S]*?)^\}/gm)]
        .filter(([, type]) => types.includes(type!))
        .map(([, type, name, body]) => {
          left.push(`${type}.${name}`);
          const none = /^ {2}for_each\b/m.test(body!) ? 'for_each = {}' : 'count = 0';
          return `resource "${type}" "${name}" {\n  ${none}\n}\n`;
        });
      if (overrides.length === 0) continue;
      const override = join(this.folder, dirname(file), `${basename(file, '.tf')}_override.tf`);
      writeFileSync(override, overrides.join('\n'));
    }
    return left;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
