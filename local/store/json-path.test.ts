import { describe, expect, it } from 'vitest';
import { compileJsonPath } from './json-path.ts';

const object = {
  metadata: { labels: { 'serving.knative.dev/x': 'l' }, annotations: { 'eventing.knative.dev/broker.class': 'b' } },
  status: {
    phase: 'Running',
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Other', status: 'False' },
    ],
  },
  spec: { list: ['a', 'b', 'c'] },
};

describe('a JSONPath of a printer column', () => {
  it.each([
    ['.status.phase', ['Running']],
    ['{.status.phase}', ['Running']],
    [".status.conditions[?(@.type=='Ready')].status", ['True']],
    ['.status.conditions[?(@.type=="Other")].status', ['False']],
    ['.status.conditions[?(@.type!="Other")].status', ['True']],
    ['.status.conditions[*].type', ['Ready', 'Other']],
    ['.status.conditions[1].type', ['Other']],
    ['.spec.list[-1]', ['c']],
    ["metadata.labels['serving\\.knative\\.dev/x']", undefined],
    [".metadata.labels['serving\\.knative\\.dev/x']", ['l']],
    ['.metadata.annotations.eventing\\.knative\\.dev/broker\\.class', ['b']],
    ['.status.absent.deeper', []],
    ['.status.conditions[?(@.type=="None")].status', []],
  ])('%s', (path, values) => {
    expect(compileJsonPath(path)?.(object)).toEqual(values);
  });
});
