/** What a form sends, as curl and as an Operation for kubectl: for a script, or for Git. */
import { CopyBlock } from './copy-block.tsx';

interface SentAsProps {
  readonly path: string;
  readonly body: object;
  readonly kind: string;
  readonly namespace: string;
  readonly generateName: string;
  /** Members of `spec.request`. */
  readonly request: Readonly<Record<string, string>>;
}

export function SentAs({ path, body, kind, namespace, generateName, request }: SentAsProps) {
  const curl = `curl -X POST ${location.origin}${path} --json '${JSON.stringify(body).replaceAll("'", String.raw`'\''`)}'`;
  const yaml = [
    'apiVersion: soteria.dev/v1alpha1',
    'kind: Operation',
    'metadata:',
    `  generateName: ${generateName}`,
    `  namespace: ${namespace}`,
    'spec:',
    `  kind: ${kind}`,
    Object.keys(request).length === 0 ? '  request: {}' : '  request:',
    ...Object.entries(request).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}`),
  ].join('\n');
  return (
    <details className="sent-as">
      <summary>The same as curl and as YAML</summary>
      <CopyBlock text={curl} label="curl" />
      <CopyBlock text={yaml} label="the Operation as YAML" />
    </details>
  );
}
