import { readFileSync } from 'node:fs';

/** Fails when a test was skipped, or when the specs that run on MySQL did not. Reads jest's JSON report. */
const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults);
const onMysql = tests.filter(({ ancestorTitles }) =>
  ancestorTitles.some((title) => / on mysql$/.test(title)),
);
const unrun = tests.filter(({ status }) => status !== 'passed');

if (onMysql.length === 0) throw new Error('No test ran on MySQL.');
if (unrun.length > 0) {
  throw new Error(`Not every test passed: ${unrun.map(({ fullName }) => fullName).join('; ')}`);
}
console.log(`${onMysql.length} of ${tests.length} tests ran on MySQL.`);
