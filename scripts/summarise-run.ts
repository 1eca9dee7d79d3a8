/** What a whole test run comes to, from vitest's JSON report. */

/** The part of vitest's report that is read here. */
export interface TestReport {
  /** False too when something failed outside every test. */
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

export interface RunSummary {
  readonly passed: number;
  /** A file that could not even be loaded counts as one. */
  readonly failed: number;
  readonly skipped: number;
  /** Tests on a real API server that passed or failed. */
  readonly apiServerRan: number;
  readonly apiServerSkipped: number;
}

/** Of several runs of vitest one report; undefined when one of them has none. */
export function mergeReports(reports: readonly (TestReport | undefined)[]): TestReport | undefined {
  const whole = reports.filter((report) => report !== undefined);
  if (whole.length < reports.length) return undefined;
  return {
    success: whole.every(({ success }) => success),
    testResults: whole.flatMap(({ testResults }) => testResults),
  };
}

/** Without a report the run broke off before it could write one: one failure. */
export function summariseRun(report: TestReport | undefined): RunSummary {
  const counts = { passed: 0, failed: 0, skipped: 0, apiServerRan: 0, apiServerSkipped: 0 };
  for (const file of report?.testResults ?? []) {
    const isOnApiServer = file.name.replaceAll('\\', '/').includes('/test/apiserver/');
    let failedHere = 0;
    for (const { status } of file.assertionResults) {
      const hasRun = status === 'passed' || status === 'failed';
      if (status === 'passed') counts.passed += 1;
      else if (status === 'failed') failedHere += 1;
      else counts.skipped += 1;
      if (isOnApiServer) counts[hasRun ? 'apiServerRan' : 'apiServerSkipped'] += 1;
    }
    counts.failed += file.status === 'failed' ? Math.max(failedHere, 1) : failedHere;
  }
  if (report?.success !== true && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** Lists those of the test files (paths from the root) of which no test ran. */
export function listNotRun(report: TestReport | undefined, files: readonly string[]): string[] {
  const ran = (report?.testResults ?? [])
    .filter(({ assertionResults }) => assertionResults.some(({ status }) => status === 'passed' || status === 'failed'))
    .map(({ name }) => name.replaceAll('\\', '/'));
  return files.filter((file) => !ran.some((name) => name.endsWith(`/${file}`)));
}
