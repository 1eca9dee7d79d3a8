/** Where an in-memory cluster takes its times, uids and generated names from. */

export interface ClusterClock {
  /** RFC 3339, whole seconds, as Kubernetes writes creationTimestamp. */
  readonly now: () => string;
  readonly makeUid: () => string;
  /** The five characters Kubernetes puts behind a `generateName`. */
  readonly makeSuffix: () => string;
}

export interface ClockOptions {
  readonly now?: (() => Date) | undefined;
  readonly makeUid?: (() => string) | undefined;
  readonly makeSuffix?: (() => string) | undefined;
}

/** Kubernetes' own alphabet: no vowels, nothing that reads like something else. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** Without options uids and suffixes count up, so that two runs of the same history give the same objects. */
export function createClusterClock(options: ClockOptions): ClusterClock {
  const now = options.now ?? (() => new Date());
  let uids = 0;
  let suffixes = 0;
  let lastSecond = Number.NaN;
  let lastText = '';
  return {
    now() {
      const at = now();
      const second = Math.floor(at.getTime() / 1000);
      if (second !== lastSecond) {
        lastSecond = second;
        lastText = `${at.toISOString().slice(0, 19)}Z`;
      }
      return lastText;
    },
    makeUid:
      options.makeUid ??
      (() => {
        uids += 1;
        return `00000000-0000-4000-8000-${uids.toString(16).padStart(12, '0')}`;
      }),
    makeSuffix:
      options.makeSuffix ??
      (() => {
        suffixes += 1;
        return spell(suffixes);
      }),
  };
}

function spell(count: number): string {
  let text = '';
  for (let rest = count; text.length < 5; rest = Math.floor(rest / alphabet.length)) {
    text = `${alphabet[rest % alphabet.length] ?? ''}${text}`;
  }
  return text;
}
