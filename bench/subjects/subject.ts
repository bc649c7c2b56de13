import { type SaleService } from '#inventory';

export const SUBJECT_NAMES = [
  'plain-http',
  'no-op',
  'product',
  'webhooks',
  'limit',
  'pessimistic-lock',
  'conditional-update',
  'course',
] as const;

/** Those whose process is the service as it is deployed. */
export const DEPLOYED_SUBJECTS = [
  'product',
  'webhooks',
  'limit',
  'retention',
] as const satisfies SubjectName[];

/**
 * `webhooks` is the product whose sales the shop's own system is told of. `retention` is the same while old messages are
 * deleted. `limit` is the product with a limit for each customer, where each request is of another customer. `before` is an earlier build of the product, where one was asked for.
 */
export type SubjectName = (typeof SUBJECT_NAMES)[number] | 'retention' | 'before';

export type DeployedSubject = (typeof DEPLOYED_SUBJECTS)[number];

export function isDeployed(name: SubjectName): name is DeployedSubject {
  return (DEPLOYED_SUBJECTS as readonly string[]).includes(name);
}

/** What a subject puts in the place of the product's own selling. */
export type SellFunction = SaleService['place'];

export interface SubjectTraits {
  /** For tables and plots. */
  title: string;
  /** Connections to MySQL. `undefined`: the product's own default. */
  poolSize: number | undefined;
  /** Whether it writes sales, their lines and the ledger, so that 201s can be compared with rows. */
  keepsBooks: boolean;
  /** Whether it changes stock at all. */
  sells: boolean;
}

export const SUBJECTS: Record<SubjectName, SubjectTraits> = {
  'plain-http': { title: 'plain node:http', poolSize: undefined, keepsBooks: false, sells: false },
  'no-op': { title: 'no-op', poolSize: undefined, keepsBooks: false, sells: false },
  product: { title: 'product', poolSize: undefined, keepsBooks: true, sells: true },
  webhooks: { title: 'product with a webhook', poolSize: undefined, keepsBooks: true, sells: true },
  limit: {
    title: 'product with a limit for each customer',
    poolSize: undefined,
    keepsBooks: true,
    sells: true,
  },
  retention: {
    title: 'product with a webhook and retention',
    poolSize: undefined,
    keepsBooks: true,
    sells: true,
  },
  before: { title: 'product before', poolSize: undefined, keepsBooks: true, sells: true },
  'pessimistic-lock': { title: 'pessimistic lock', poolSize: 10, keepsBooks: true, sells: true },
  'conditional-update': { title: 'conditional update', poolSize: 10, keepsBooks: true, sells: true },
  course: { title: "course's solution, rewritten", poolSize: 10, keepsBooks: false, sells: true },
};
