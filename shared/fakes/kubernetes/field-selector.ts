/** Field selectors in Kubernetes' syntax: `metadata.name=a,status.phase!=Running`. Pure. */
import { badRequest } from './api-refusal.ts';
import { isJsonObject, type WireObject } from './wire-object.ts';

export type ObjectPredicate = (object: WireObject) => boolean;

/** `supported` are the paths the kind allows beside name and namespace; throws a 400 ApiRefusal for any other. */
export function parseFieldSelector(text: string, supported: readonly string[]): ObjectPredicate {
  const requirements = text
    .split(',')
    .filter((term) => term.trim() !== '')
    .map((term) => readTerm(term, supported));
  return (object) => requirements.every((isMet) => isMet(object));
}

function readTerm(term: string, supported: readonly string[]): ObjectPredicate {
  const parts = /^\s*([^=!]+?)\s*(!=|==|=)\s*(.*?)\s*$/.exec(term);
  const [, field, operator, wanted] = parts ?? [];
  if (field === undefined || wanted === undefined) {
    throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  }
  if (field !== 'metadata.name' && field !== 'metadata.namespace' && !supported.includes(field)) {
    throw badRequest(`field label not supported: ${field}`);
  }
  const path = field.split('.');
  const isEquality = operator !== '!=';
  return (object) => (fieldText(object, path) === wanted) === isEquality;
}

/** What is absent compares as the empty text. */
function fieldText(object: WireObject, path: readonly string[]): string {
  let value: unknown = object;
  for (const key of path) value = isJsonObject(value) ? value[key] : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
