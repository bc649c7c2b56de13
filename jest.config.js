const specs = {
  testEnvironment: 'node',
  roots: [
    '<rootDir>/apps',
    '<rootDir>/bench',
    '<rootDir>/k6',
    '<rootDir>/libs',
    '<rootDir>/terraform',
    '<rootDir>/test',
    '<rootDir>/tools',
  ],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        module: { type: 'es6' },
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
  moduleNameMapper: {
    '^#(inventory|messaging|queues|runtime)$': '<rootDir>/libs/$1/src/index.ts',
    '^#runtime/(exit-status|shutdown-signals)$': '<rootDir>/libs/runtime/src/$1.ts',
    '^#client$': '<rootDir>/clients/typescript/src/index.ts',
    '^#client/client$': '<rootDir>/clients/typescript/src/client/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // Jest runs CommonJS packages while it links ES modules; loaded first, these two are whole when others need them.
  setupFiles: ['@nestjs/common', '@nestjs/core'],
  runner: '<rootDir>/tools/jest/forking-runner.mjs',
};

/** @type {import('jest').Config} */
export default {
  // Most of the time of the long specs is spent on waiting for other processes: a core need not be left free for Jest.
  maxWorkers: '100%',
  // Jest ignores this in a project.
  testTimeout: 30_000,
  projects: [
    { ...specs, displayName: 'spec', testRegex: '\\.spec\\.ts$' },
    {
      ...specs,
      displayName: 'e2e',
      testRegex: '\\.e2e-spec\\.ts$',
      globalSetup: '<rootDir>/tools/jest/build-system.mjs',
    },
  ],
};
