import { type Findings } from './findings.js';
import { type TerraformPlan } from './terraform-process.js';

/** What a production must be, as the plan of it says. */
export function checkProductionPlan(
  { resource_changes: changes }: TerraformPlan,
  findings: Findings,
): number {
  const made = changes.filter(({ change }) => change.actions.join() === 'create');
  findings.same('the plan does anything but create', changes.length, made.length);
  for (const { address, change } of made) {
    if (!change.after || !('tags_all' in change.after)) continue;
    const tags = (change.after.tags_all ?? {}) as Record<string, string>;
    findings.same(
      `${address}: its tags`,
      [tags.Project, tags.Environment, tags.ManagedBy],
      ['donut-states', 'prod', 'terraform'],
    );
  }
  const one = (address: string): Record<string, unknown> => {
    const found = made.find((change) => change.address === address)?.change.after;
    findings.expect(found !== undefined, `${address} is not planned`);
    return found ?? {};
  };
  const database = one('module.database.aws_db_instance.this');
  findings.same(
    'the database: standby, encryption, protection, last snapshot',
    [
      database.multi_az,
      database.storage_encrypted,
      database.deletion_protection,
      database.skip_final_snapshot,
    ],
    [true, true, true, false],
  );
  findings.same(
    'the load balancer: protection',
    one('module.services.aws_lb.this').enable_deletion_protection,
    true,
  );
  one('module.services.aws_wafv2_web_acl_association.this[0]');
  one('module.database.aws_secretsmanager_secret_rotation.password[0]');
  findings.same(
    'rules that let the internet in',
    made
      .filter(({ type, change }) => type.endsWith('_ingress_rule') && change.after?.cidr_ipv4 === '0.0.0.0/0')
      .map(({ address }) => address.replace(/.*\["(\d+).*/, '$1'))
      .sort(),
    ['443', '80'],
  );
  return made.length;
}
