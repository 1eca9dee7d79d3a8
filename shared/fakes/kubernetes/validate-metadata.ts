/** The rules kube-apiserver holds every object's metadata against: names, label keys and values, annotation size. Pure. */
import { invalid, type FieldCause } from './api-refusal.ts';
import type { KindDefinition } from './memory-kinds.ts';
import { isJsonObject, textAt, type JsonObject } from './wire-object.ts';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const qualifiedName = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;
const maxAnnotationBytes = 256 * 1024;

/** Throws a 422 ApiRefusal with one cause per bad field. */
export function validateMetadata(kind: KindDefinition, metadata: JsonObject): void {
  const causes = [
    ...nameCauses(kind, metadata),
    ...labelCauses(metadata['labels']),
    ...annotationCauses(metadata['annotations']),
  ];
  if (causes.length > 0) throw invalid(kind, textAt(metadata, 'name') ?? '', causes);
}

function nameCauses(kind: KindDefinition, metadata: JsonObject): FieldCause[] {
  const name = textAt(metadata, 'name');
  if (name === undefined) {
    return [
      {
        reason: 'FieldValueRequired',
        field: 'metadata.name',
        message: 'Required value: name or generateName is required',
      },
    ];
  }
  const why = whyNotAName(kind.nameRule, name);
  return why === undefined ? [] : [invalidValue('metadata.name', name, why)];
}

function whyNotAName(rule: KindDefinition['nameRule'], name: string): string | undefined {
  if (rule === 'segment') {
    return name === '.' || name === '..' || /[/%]/.test(name)
      ? "may not be '.', '..' or contain '/' or '%'"
      : undefined;
  }
  const maxLength = rule === 'label' ? 63 : 253;
  if (name.length > maxLength) return `must be no more than ${maxLength} characters`;
  if ((rule === 'label' ? dnsLabel : subdomain).test(name)) return undefined;
  const [what, marks] = rule === 'label' ? ['label', "'-'"] : ['subdomain', "'-' or '.'"];
  return `a lowercase RFC 1123 ${what} must consist of lower case alphanumeric characters, ${marks}, and must start and end with an alphanumeric character`;
}

function labelCauses(labels: unknown): FieldCause[] {
  const causes: FieldCause[] = [];
  if (labels === undefined || labels === null) return causes;
  if (!isJsonObject(labels)) return [invalidValue('metadata.labels', labels, 'must be an object')];
  for (const key of Object.keys(labels)) {
    const why = whyNotAKey(key);
    if (why !== undefined) causes.push(invalidValue('metadata.labels', key, why));
    const value = labels[key];
    if (typeof value !== 'string') causes.push(invalidValue('metadata.labels', value, 'must be a string'));
    else if (value.length > 63) causes.push(invalidValue('metadata.labels', value, 'must be no more than 63 bytes'));
    else if (!labelValue.test(value)) {
      const rule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
      causes.push(invalidValue('metadata.labels', value, rule));
    }
  }
  return causes;
}

function annotationCauses(annotations: unknown): FieldCause[] {
  const causes: FieldCause[] = [];
  if (annotations === undefined || annotations === null) return causes;
  if (!isJsonObject(annotations)) return [invalidValue('metadata.annotations', annotations, 'must be an object')];
  let bytes = 0;
  for (const key of Object.keys(annotations)) {
    const why = whyNotAKey(key);
    if (why !== undefined) causes.push(invalidValue('metadata.annotations', key, why));
    const value = annotations[key];
    if (typeof value !== 'string') causes.push(invalidValue('metadata.annotations', value, 'must be a string'));
    else bytes += key.length + Buffer.byteLength(value);
  }
  if (bytes > maxAnnotationBytes) {
    causes.push({
      reason: 'FieldValueTooLong',
      field: 'metadata.annotations',
      message: `Too long: may not be more than ${maxAnnotationBytes} bytes`,
    });
  }
  return causes;
}

/** `name` or `prefix/name`. */
function whyNotAKey(key: string): string | undefined {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (prefix !== undefined && (prefix.length > 253 || !subdomain.test(prefix))) {
    return 'the prefix must be a lowercase RFC 1123 subdomain of at most 253 characters';
  }
  if (name.length > 63) return 'the name part must be no more than 63 bytes';
  return qualifiedName.test(name)
    ? undefined
    : "the name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
}

function invalidValue(field: string, value: unknown, why: string): FieldCause {
  return {
    reason: 'FieldValueInvalid',
    field,
    message: `Invalid value: ${typeof value === 'string' ? JSON.stringify(value) : String(value)}: ${why}`,
  };
}
