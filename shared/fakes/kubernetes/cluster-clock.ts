/** Where an in-memory cluster takes its times, uids and generated names from. */

export interface ClusterClock {
  /** RFC 3339, whole seconds, as Kubernetes writes creationTimestamp. */
  readonly now: () => string;
  readonly makeUid: () => string;
  /** Tells of a uid that was made in an earlier life, so that it is not made again. */
  readonly noticeUid: (uid: string) => void;
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

const countedUid = '00000000-0000-4000-8000-';

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
        return `${countedUid}${uids.toString(16).padStart(12, '0')}`;
      }),
    noticeUid(uid) {
      if (uid.startsWith(countedUid)) uids = Math.max(uids, Number.parseInt(uid.slice(countedUid.length), 16));
    },
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
