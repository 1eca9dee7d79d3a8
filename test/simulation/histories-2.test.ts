import { expect, test } from 'vitest';
import { expectHistoriesHold, half, historiesTimeoutMs } from './expect-histories.ts';

test(`every invariant holds over ${half} histories, part 2`, { timeout: historiesTimeoutMs }, async () => {
  expect.assertions(1);
  await expectHistoriesHold(1);
});
