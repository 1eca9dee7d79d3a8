/**
 * The policies in one text, YAML or JSON. What the API writes is JSON, which costs no parser; `yaml` is loaded for YAML, and to find the line of
 * a mistake.
 */
import '@soteria/shared/function/schema-problems.ts';
import { parseJson } from '@soteria/shared/strict-json.ts';
import { type Policy, policySchema } from '@soteria/shared/policy/policy-schema.ts';
import type { Document, LineCounter } from '@soteria/shared/yaml.ts';

export interface ReadPolicy {
  readonly line: number;
  readonly id: string | undefined;
  readonly policy?: Policy;
  /** There is no policy when there is a fault. Each with its own line. */
  readonly faults?: readonly TextFault[];
}

export interface TextFault {
  readonly line: number;
  /** `retention.keepDaily`; empty: the whole policy. */
  readonly member: string;
  readonly why: string;
}

const maxFaults = 8;

/** One entry for each document of the text. */
export async function readPolicyText(text: string): Promise<readonly ReadPolicy[]> {
  if (text.trimStart().startsWith('{')) {
    const { value, fault } = parseJson(text);
    const parsed = fault === undefined ? policySchema.safeParse(value) : undefined;
    if (parsed?.success === true) return [{ line: firstLine(text), id: parsed.data.id, policy: parsed.data }];
  }
  return readYaml(text);
}

function firstLine(text: string): number {
  return text.slice(0, text.length - text.trimStart().length).split('\n').length;
}

async function readYaml(text: string): Promise<readonly ReadPolicy[]> {
  const { LineCounter, parseAllDocuments } = await import('@soteria/shared/yaml.ts');
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  if (!Array.isArray(documents)) return [];
  const filled = documents.filter((document) => document.errors.length > 0 || !isEmpty(document));
  return filled.map((document) => readDocument(document, lines));
}

function isEmpty({ contents }: Document.Parsed): boolean {
  return contents === null || ('value' in contents && contents.value === null);
}

function readDocument(document: Document.Parsed, lines: LineCounter): ReadPolicy {
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line);
  const line = lineAt(document.contents?.range[0] ?? document.range[0]);
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ pos, message }) => ({
      line: lineAt(pos[0]),
      member: '',
      why: inOneLine(message),
    }));
    return { line, id: undefined, faults: faults.slice(0, maxFaults) };
  }
  const content = contentOf(document);
  if ('why' in content) return { line, id: undefined, faults: [{ line, member: '', why: content.why }] };
  const { value } = content;
  const parsed = policySchema.safeParse(value);
  if (parsed.success) return { line, id: parsed.data.id, policy: parsed.data };
  const faults = parsed.error.issues.slice(0, maxFaults).map(({ path, message, ...issue }) => {
    const [unknown] = 'keys' in issue && Array.isArray(issue.keys) ? issue.keys : [];
    const member = typeof unknown === 'string' ? [...path, unknown] : path;
    return {
      line: lineAt(offsetOf(document, member) ?? document.contents?.range[0] ?? 0),
      member: memberText(member),
      why: message,
    };
  });
  return { line, id: idOf(value), faults: faults.toSorted((a, b) => a.line - b.line) };
}

/** An alias that grows without end is refused by the parser's own limit. */
function contentOf(document: Document.Parsed): { readonly value: unknown } | { readonly why: string } {
  try {
    return { value: document.toJS({ maxAliasCount: 64 }) };
  } catch (error) {
    return { why: error instanceof Error ? inOneLine(error.message) : 'it cannot be read' };
  }
}

/** Where the member stands; of a member that is missing, where its parent stands. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node !== 'object' || node === null || !('range' in node)) continue;
    const { range } = node;
    if (Array.isArray(range) && typeof range[0] === 'number') return range[0];
  }
  return undefined;
}

function idOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'string'
    ? value.id
    : undefined;
}

function memberText(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text.replace(/^\./, '');
}

function inOneLine(message: string): string {
  return message.split('\n')[0]?.trim() ?? message;
}
