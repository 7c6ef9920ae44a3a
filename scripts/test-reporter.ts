/**
 * A vitest reporter that writes what verify.ts sums up: counts, every skipped test with the reason given for it, and every failed one with
 * what plays it again where it drew its cases: seed and path.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

export type TestReport = {
  passed: number;
  failed: number;
  skipped: { name: string; reason: string }[];
  failures: { name: string; again: string }[];
};

export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const report: TestReport = { passed: 0, failed: unhandledErrors.length, skipped: [], failures: [] };
    for (const module of modules) {
      // A file that does not load has no tests to count, and must not look like a success.
      if (module.errors().length > 0) report.failed += 1;
      for (const test of module.children.allTests()) {
        const result = test.result();
        const name = `${module.relativeModuleId}: ${test.fullName}`;
        if (result.state === 'passed') report.passed += 1;
        else if (result.state === 'failed') {
          report.failed += 1;
          // As fast-check says it.
          const [again = ''] = result.errors.flatMap(({ message }) => /seed: -?\d+, path: "[^"]*"/.exec(message) ?? []);
          report.failures.push({ name, again });
        } else {
          const reason = result.state === 'skipped' ? (result.note ?? 'no reason given') : 'did not run';
          report.skipped.push({ name, reason });
        }
      }
    }
    const file = process.env['KOMISSIYA_TEST_REPORT'];
    if (file === undefined) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(report));
  }
}

// vitest finds a reporter by its default export.
// oxlint-disable-next-line import/no-default-export
export default SummaryReporter;
