import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Stage {
  from: string;
  environment: Record<string, string>;
}

/** `docker/Dockerfile`: which images it makes, and what they set by themselves. */
export class ImageFile {
  private readonly stages = new Map<string, Stage>();

  constructor(text = readFileSync(join(import.meta.dirname, '../../docker/Dockerfile'), 'utf8')) {
    let stage: Stage | undefined;
    for (const line of text.replaceAll(/\\\n\s*/g, '').split('\n')) {
      const [, from, name] = /^FROM (\S+) AS (\S+)$/.exec(line) ?? [];
      if (name !== undefined) this.stages.set(name, (stage = { from: from!, environment: {} }));
      for (const [, variable, value] of /^ENV /.test(line) ? line.matchAll(/(\w+)=(\S+)/g) : []) {
        stage!.environment[variable!] = value!;
      }
    }
  }

  has(application: string): boolean {
    return this.stages.has(application);
  }

  /** What a container of this application has without being given anything. */
  environmentOf(application: string): Record<string, string> {
    const stage = this.stages.get(application);
    return stage ? { ...this.environmentOf(stage.from), ...stage.environment } : {};
  }
}
