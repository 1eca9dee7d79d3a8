import { expect, it } from 'vitest';
import { longhornCrds } from './crds.ts';

it('has the kind of recurring jobs, which the preview of policies reads', () => {
  expect(longhornCrds().map(({ metadata }) => metadata.name)).toContain('recurringjobs.longhorn.io');
});
