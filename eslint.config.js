import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const restrictedImports = (...more) => ({
  'no-restricted-imports': [
    'error',
    { patterns: [{ group: ['dist/*'], message: 'Import the source.' }, ...more] },
  ],
});

export default tseslint.config(
  {
    ignores: [
      'dist',
      'node_modules',
      '.donut-states',
      'k6/results',
      'apps/lambda/bundles',
      'apps/lambda/.serverless',
      'clients/typescript/src',
    ],
  },
  js.configs.recommended,
  { rules: { 'max-lines': ['error', 300] } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // An error in a promise without await would be lost.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      eqeqeq: 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read the environment in environment.ts only.' },
      ],
      ...restrictedImports(),
    },
  },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    ignores: ['apps/ops/**'],
    rules: restrictedImports({
      regex: '^#client',
      message: 'The client of the API is for the command line.',
    }),
  },
  {
    // It knows the system by its API alone, so that it works wherever that is reached.
    files: ['apps/ops/**/*.ts'],
    rules: restrictedImports({ regex: '^#(inventory|messaging|queues|runtime)$', message: 'Ask the API.' }),
  },
  {
    files: [
      '**/environment.ts',
      '**/main.ts',
      'test/**',
      '**/testing/**',
      '**/*{.,-}spec.ts',
      'apps/standalone/**',
      'apps/lambda/src/local/**',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // A machine's clock may be wrong by hours. These processes share leases and deadlines, which one clock must decide.
    files: ['libs/inventory/src/**', 'apps/worker/src/**', 'apps/sales/src/**'],
    ignores: ['**/*{.,-}spec.ts', '**/testing/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...[
          "NewExpression[callee.name='Date'][arguments.length=0]",
          "CallExpression[callee.name='Date']",
          "MemberExpression[object.name='Date'][property.name='now']",
        ].map((selector) => ({
          selector,
          message:
            'Ask Clock for a time that is stored or compared with a stored one; measure a wait with performance.now().',
        })),
      ],
    },
  },
  {
    // What another process answers has no type here: the expectations are its check.
    files: ['test/**', '**/*{.,-}spec.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly' } },
  },
  {
    files: ['k6/**/*.mjs'],
    languageOptions: { globals: { AbortSignal: 'readonly', fetch: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['k6/**/*.js'],
    languageOptions: { globals: { __ENV: 'readonly' } },
  },
  {
    // As the course gave it: nothing but its URL is ours.
    files: ['k6/single-request.k6.js'],
    rules: { 'no-unused-vars': 'off' },
  },
);
