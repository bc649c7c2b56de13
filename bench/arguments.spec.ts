import { expect, it } from '@jest/globals';
import { readArguments } from './arguments.js';

it('takes lists with commas, and numbers', () => {
  const given = readArguments([
    '--only',
    'mysql,hot',
    '--only',
    '200',
    '--rounds',
    '7',
    '--stored',
    '100,2000',
  ]);
  expect(given).toMatchObject({ only: ['mysql', 'hot', '200'], rounds: 7, storedSales: [100, 2_000] });
  expect(given.seconds).toBeUndefined();
});

it.each([
  [['--rounds', '0']],
  [['--rounds', '1.5']],
  [['--seconds', 'long']],
  [['--stored', '150']],
  [['--mysql', 'localhost']],
  [['--fast']],
  [['hot']],
])('refuses %j', (words) => {
  expect(() => readArguments(words)).toThrow();
});

it('reports an option that npm kept for itself', () => {
  expect(() => readArguments([], { npm_config_quick: 'true' })).toThrow('npm run bench -- --quick');
});
