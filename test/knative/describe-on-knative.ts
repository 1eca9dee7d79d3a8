import { describe } from 'vitest';
import { whyNoKnative } from './mesh-bed.ts';

const why = whyNoKnative();
if (why !== undefined) console.warn(`SKIPPED: the product on Knative's own data plane was not tested: ${why}`);

type Suite = (title: string, body: () => void) => void;

/** With REQUIRE_KNATIVE=1 every test fails where it would be skipped otherwise. */
export const describeOnKnative: Suite = describe.skipIf(why !== undefined && process.env['REQUIRE_KNATIVE'] !== '1');
