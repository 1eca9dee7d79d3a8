/**
 * A whole test run, in turns: the projects of one list are one run of vitest, the runs of one turn go beside each other. The first turn keeps all processors
 * busy. The suites on real servers have deadlines of their own: none goes beside another.
 */
export const turns: readonly (readonly (readonly string[])[])[] = [
  [['unit', 'whole']],
  [['apiserver', 'console', 'longhorn']],
  [['knative']],
  // It reads what all others had the functions do.
  [['rights']],
];
