/** Imports run one way: apps -> libs, and inside libs/inventory down the trade's own order. */
const inventory = (noun) => `^libs/inventory/src/${noun}/`;

/** Each noun of libs/inventory may import only those after it. */
const order = [
  'schema',
  'reconcile',
  'retention',
  'privacy',
  'dead-letter',
  'receiving',
  'adjustment',
  'waitlist',
  'sale',
  'restock',
  'notification',
  'product',
  'stock',
  'outbox',
  'operator',
  'audit',
  'circuit',
  'idempotency',
  'database',
  'group-commit',
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      // An import by `#` is followed to its source by tools/tsconfig.imports.json: in dist it would be of no library.
      name: 'no-import-of-what-is-built',
      severity: 'error',
      from: { pathNot: '^dist/' },
      to: { path: '^dist/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['[.-]spec\\.ts$', '\\.d\\.m?ts$', 'main\\.ts$'] },
      to: {},
    },
    { name: 'libs-never-import-apps', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    {
      // The functions are another way to run sales and worker.
      name: 'apps-never-import-apps',
      severity: 'error',
      from: { path: '^apps/(?!lambda/)([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      // It knows the system by its API alone: it works wherever that is reached.
      name: 'ops-is-a-client-of-the-api',
      severity: 'error',
      from: { path: '^apps/ops/', pathNot: ['[.-]spec\\.ts$'] },
      to: { path: '^libs/', pathNot: '^libs/runtime/src/exit-status\\.ts$' },
    },
    {
      name: 'only-ops-uses-the-client',
      severity: 'error',
      from: { path: '^(apps/(?!ops/)|libs/|bench/|terraform/)' },
      to: { path: '^clients/' },
    },
    {
      name: 'inventory-and-messaging-are-strangers',
      severity: 'error',
      from: { path: '^libs/(inventory|messaging)/' },
      to: { path: '^libs/(inventory|messaging)/', pathNot: '^libs/$1/' },
    },
    {
      name: 'queues-imports-no-lib',
      severity: 'error',
      from: { path: '^libs/queues/' },
      to: { path: '^libs/(inventory|messaging|runtime)/' },
    },
    {
      name: 'runtime-imports-no-lib',
      severity: 'error',
      from: { path: '^libs/runtime/' },
      to: { path: '^libs/(inventory|messaging|queues)/' },
    },
    {
      name: 'libs-are-entered-by-their-index',
      severity: 'error',
      from: { path: '^(apps|test)/' },
      to: {
        path: '^libs/[^/]+/src/',
        pathNot: [
          '^libs/[^/]+/src/index\\.ts$',
          '^libs/[^/]+/src/testing/',
          // Without Nest, which the embedded servers and the command line do not need.
          '^libs/runtime/src/(exit-status|shutdown-signals)\\.ts$',
        ],
      },
    },
    {
      name: 'no-dev-dependency-in-production-code',
      severity: 'error',
      from: { path: '^(apps/(sales|worker|factory|ops)|libs)/', pathNot: ['[.-]spec\\.ts$', '/testing/'] },
      to: { dependencyTypes: ['npm-dev'] },
    },
    ...order.slice(1).map((noun, index) => ({
      name: `inventory-${noun}-imports-downwards`,
      severity: 'error',
      from: { path: inventory(noun), pathNot: ['[.-]spec\\.ts$'] },
      to: {
        path: order
          .slice(0, index + 1)
          .map(inventory)
          .join('|'),
      },
    })),
  ],
  options: {
    // The generated client has its own ways.
    doNotFollow: { path: ['node_modules', '^dist/', '^clients/typescript/src/'] },
    tsConfig: { fileName: 'tools/tsconfig.imports.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
