/** An API server that goes away in the middle; for tests. */
import { SoteriaError } from '../../../errors.ts';

function unanswered(): SoteriaError {
  const why = 'the API server does not answer';
  return new SoteriaError('cluster_unavailable', {
    what: 'a call has failed',
    why,
    fix: 'wait until it answers again',
  });
}

/** Counts calls of every port behind it; from the chosen call on, all fail until the end. */
export function createOutage() {
  let callsLeft = Number.POSITIVE_INFINITY;
  let isAnswerLost = false;
  return {
    /** `losesAnswer`: the first call that fails is still carried out, and its caller gets no answer. */
    begin({ afterCalls = 0, losesAnswer = false } = {}) {
      callsLeft = afterCalls;
      isAnswerLost = losesAnswer;
    },
    end() {
      callsLeft = Number.POSITIVE_INFINITY;
    },
    behind<T extends object>(port: T): T {
      return new Proxy(port, {
        get: (object, key) => {
          const member: unknown = Reflect.get(object, key);
          if (typeof member === 'object' && member !== null) return this.behind(member);
          if (typeof member !== 'function') return member;
          return async (...given: unknown[]) => {
            callsLeft -= 1;
            if (callsLeft >= 0) return (await Reflect.apply(member, object, given)) as unknown;
            if (isAnswerLost) {
              isAnswerLost = false;
              await Reflect.apply(member, object, given);
            }
            throw unanswered();
          };
        },
      });
    },
  };
}
