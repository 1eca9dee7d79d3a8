import { describe, expect, it } from 'vitest';
import type { KindOfOperation } from './kind.ts';
import { operationKinds, requestMembers, resultMembers, workMembers } from './kinds.ts';

const kinds: [string, KindOfOperation][] = Object.entries(operationKinds);
const all = { request: requestMembers, work: workMembers, result: resultMembers };

describe.each(['request', 'work', 'result'] as const)('the members of every %s', (part) => {
  it('stand beside each other, and a member of several kinds is one and the same schema', () => {
    for (const [kind, definition] of kinds) {
      for (const [member, schema] of Object.entries(definition[part])) {
        const together: unknown = Reflect.get(all[part], member);
        expect({ kind, member, isSame: together === schema }).toEqual({ kind, member, isSame: true });
      }
    }
  });
});

/** Facts that something is not as it was promised. */
const wakesNotify = (type: string): boolean =>
  /\.(?:failed|refuted|inconclusive)\.v1$/.test(type) || type === 'dev.soteria.prune.skipped.v1';

describe('a kind', () => {
  it.each(kinds)('has a request that holds what it requires: %s', (_kind, { requires, request }) => {
    for (const member of requires) expect(Object.keys(request)).toContain(member);
  });

  it.each(kinds)(
    'has events of its own, each with a meaning and a schema: %s',
    (_kind, { events, function: owner }) => {
      for (const [type, { meaning, role, unsigned }] of Object.entries(events)) {
        expect(type).toMatch(/^dev\.soteria\.[a-z]+\.[a-z]+\.v\d+$/);
        expect(meaning).toMatch(/\.$/);
        expect(['request', 'fact']).toContain(role);
        // Whom a fact wakes reads the cluster and believes none of its words, or it must be signed.
        if (role === 'fact') expect(unsigned).toBe(wakesNotify(type) ? 'always' : 'never');
        const others = kinds.filter(([, other]) => other.events !== events && Object.hasOwn(other.events, type));
        expect({ type, owner, others: others.map(([name]) => name) }).toEqual({ type, owner, others: [] });
      }
    },
  );

  it('has a verb of its own', () => {
    expect(new Set(kinds.map(([, { verb }]) => verb)).size).toBe(kinds.length);
  });
});
