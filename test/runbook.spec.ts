import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

/** Names as the runbook writes them: without the environment, `QUEUE` for any queue and `FUNCTION` for any function. */
const alarms = [
  ...read('terraform/modules/observability/alarms.tf').matchAll(/alarm_name += "\$\{var\.name\}-([^"]+)"/g),
].map(([, name]) => name!.replace('${each.key}', name!.includes('-function-') ? 'FUNCTION' : 'QUEUE'));

describe('docs/runbook.md', () => {
  const runbook = read('docs/runbook.md');
  const [, alarmPart = ''] = runbook.split(/^## The alarms$/m);
  const sections = alarmPart.split(/^## /m)[0]!.split(/^### /m).slice(1);
  const titles = sections.map((section) => /^`([^`]+)`\n/.exec(section)?.[1] ?? section.split('\n')[0]!);

  it('has a section for each alarm of Terraform, and for no other', () => {
    expect(alarms.length).toBeGreaterThan(10);
    expect([...titles].sort()).toEqual([...alarms].sort());
  });

  it.each(titles)('says of %s what it means, what to look at, and what to do', (title) => {
    const section = sections[titles.indexOf(title)]!;
    const parts = [...section.matchAll(/^\*\*(Means|Look at|Do)\.\*\* \S/gm)].map(([, part]) => part);
    expect(parts).toEqual(['Means', 'Look at', 'Do']);
  });
});
