/** A process that dies in the middle; for tests. */

/** Thrown where it died. */
export class Killed extends Error {}

/** Counts calls; dies before or after the chosen call. */
export function createKiller() {
  let callsLeft = Number.POSITIVE_INFINITY;
  let diesAfter = false;
  return {
    arm(calls: number, isAfter: boolean) {
      callsLeft = calls;
      diesAfter = isAfter;
    },
    disarm() {
      callsLeft = Number.POSITIVE_INFINITY;
    },
    guard<T extends object>(target: T): T {
      return new Proxy(target, {
        get: (object, key) => {
          const member: unknown = Reflect.get(object, key);
          if (typeof member === 'object' && member !== null) return this.guard(member);
          if (typeof member !== 'function') return member;
          return async (...given: unknown[]) => {
            callsLeft -= 1;
            if (callsLeft < 0 && !diesAfter) throw new Killed();
            const answer: unknown = await Reflect.apply(member, object, given);
            if (callsLeft < 0) throw new Killed();
            return answer;
          };
        },
      });
    },
  };
}
