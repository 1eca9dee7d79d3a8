import { describe, expect, it } from 'vitest';
import { listNotRun, mergeReports, summariseRun, type TestReport } from './summarise-run.ts';

const file = (name: string, status: string, ...statuses: string[]) => ({
  name,
  status,
  assertionResults: statuses.map((status) => ({ status })),
});

const nothing = { passed: 0, failed: 0, skipped: 0, apiServerRan: 0, apiServerSkipped: 0 };

describe('the summary of a test run', () => {
  it.each<[string, TestReport | undefined, object]>([
    ['says one failure when there is no report at all', undefined, { failed: 1 }],
    ['says one failure when something failed outside every test', { success: false, testResults: [] }, { failed: 1 }],
    [
      'counts passed, failed and every way of not running',
      {
        success: false,
        testResults: [
          file('/r/shared/a.test.ts', 'failed', 'passed', 'failed', 'skipped', 'todo', 'pending', 'disabled'),
        ],
      },
      { passed: 1, failed: 1, skipped: 4 },
    ],
    [
      'counts a file that did not load as one failure',
      { success: false, testResults: [file('/r/a.test.ts', 'failed'), file('/r/b.test.ts', 'passed', 'passed')] },
      { passed: 1, failed: 1 },
    ],
    [
      'counts a file whose hook failed although its tests did not run',
      { success: false, testResults: [file('/r/a.test.ts', 'failed', 'skipped')] },
      { failed: 1, skipped: 1 },
    ],
    [
      'tells the tests on a real API server apart',
      {
        success: false,
        testResults: [
          file('/r/test/apiserver/a.test.ts', 'failed', 'passed', 'failed', 'skipped'),
          file('C:\\r\\test\\apiserver\\b.test.ts', 'passed', 'passed'),
          file('/r/test/other.test.ts', 'passed', 'passed'),
        ],
      },
      { passed: 3, failed: 1, skipped: 1, apiServerRan: 3, apiServerSkipped: 1 },
    ],
  ])('%s', (_title, report, expected) => {
    expect(summariseRun(report)).toEqual({ ...nothing, ...expected });
  });
});

describe('the test files that did not run', () => {
  const testResults = [
    file('/r/test/a.test.ts', 'passed', 'passed', 'skipped'),
    file('/r/test/b.test.ts', 'passed', 'skipped'),
  ];

  it('are those that were skipped whole, and those that are not in the report', () => {
    const files = ['test/a.test.ts', 'test/b.test.ts', 'test/c.test.ts'];
    expect(listNotRun({ success: true, testResults }, files)).toEqual(['test/b.test.ts', 'test/c.test.ts']);
    expect(listNotRun(undefined, files)).toEqual(files);
  });
});

describe('the reports of several runs', () => {
  const good: TestReport = { success: true, testResults: [file('/r/a.test.ts', 'passed', 'passed')] };
  const bad: TestReport = { success: false, testResults: [file('/r/b.test.ts', 'failed', 'failed')] };

  it('are one report, which is good when all are', () => {
    expect(mergeReports([good, good])).toMatchObject({ success: true, testResults: { length: 2 } });
    expect(mergeReports([good, bad])).toEqual({
      success: false,
      testResults: [...good.testResults, ...bad.testResults],
    });
  });

  it('are none when one of them is missing', () => expect(mergeReports([good, undefined])).toBeUndefined());
});
