/** The labels that a request asks for, beyond those of the source claim. Pure. */
import { labelKey, labelValue } from '@soteria/shared/operation/kinds/fields.ts';

/** Why the labels that are asked for cannot be; HTTP and events have said so before. */
export function whyLabelsNot(labels: readonly string[] = []): string | undefined {
  const asked = Object.entries(labelsAskedFor(labels));
  const bad = asked.find(([key, value]) => !labelKey.safeParse(key).success || !labelValue.safeParse(value).success);
  if (bad !== undefined) return `${bad[0]}=${bad[1]} is no label that Kubernetes allows`;
  const ours = asked.find(([key]) => key.startsWith('soteria.dev/'));
  return ours === undefined ? undefined : `label ${ours[0]} is written by Soteria`;
}

export function labelsAskedFor(labels: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    labels.map((text) => {
      const at = text.indexOf('=');
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
