/**
 * Which refusals of Longhorn's webhook speak of a state of the installation, as during its upgrade: the same request is accepted once
 * that has passed. All others speak of the request, and are final. The webhook answers both with 422 or 403 and says the difference in
 * words only, so its words are the table. Pure.
 */
import type { SoteriaError } from '../errors.ts';

const statesOfInstallation: readonly { readonly words: RegExp; readonly state: string }[] = [
  { words: /backup target \S+ is not available/, state: 'the backup target is away' },
  {
    words: /cannot find engine image by|engine image \S+ is (?:not|incompatible)/,
    state: 'the engine image is not deployed',
  },
  { words: /invalid empty setting[. ]/i, state: 'a setting is not there yet' },
  {
    words: /settings?\.longhorn\.io "[^"]*" not found|(?:cannot|failed to) get valid \w+ for setting/,
    state: 'a setting is not there yet',
  },
  {
    words:
      /(?:cannot|failed to) get backup \S+: |cannot get backup volume for |backup volume resource is being updated/,
    state: 'the catalogue is being read',
  },
  { words: /failed to get backing image/, state: 'the backing image is not there yet' },
  { words: /(?:during|is being) (?:migration|migrated|upgraded?)/, state: 'the volume is being moved or upgraded' },
];

/** What of the installation stands in the way; undefined when the request itself is refused. */
export function stateThatRefuses({ code, explanation }: SoteriaError): string | undefined {
  if (code !== 'cluster_refused' && code !== 'cluster_forbidden') return undefined;
  return statesOfInstallation.find(({ words }) => words.test(explanation.why))?.state;
}
