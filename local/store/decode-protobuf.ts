/**
 * `kubectl create namespace|configmap|secret|serviceaccount` sends Kubernetes' protobuf and has no other format to fall back to.
 * These four simple kinds are decoded here (field numbers of k8s.io/api/core/v1/generated.proto); everything else is refused with
 * a workaround. Pure.
 */
import { ApiRefusal } from '@soteria/shared/fakes/kubernetes/api-refusal.ts';
import type { JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';

type FieldType = 'text' | 'texts' | 'textMap' | 'bytesMap' | 'flag' | 'ignored' | Message;
interface Message {
  readonly [fieldNumber: number]: readonly [name: string, type: FieldType];
}

const metadata: Message = {
  1: ['name', 'text'],
  2: ['generateName', 'text'],
  3: ['namespace', 'text'],
  4: ['selfLink', 'ignored'],
  5: ['uid', 'text'],
  6: ['resourceVersion', 'text'],
  7: ['generation', 'ignored'],
  8: ['creationTimestamp', 'ignored'],
  11: ['labels', 'textMap'],
  12: ['annotations', 'textMap'],
  14: ['finalizers', 'texts'],
};

const kinds: Readonly<Record<string, Message>> = {
  Namespace: { 1: ['metadata', metadata], 2: ['spec', 'ignored'], 3: ['status', 'ignored'] },
  ConfigMap: {
    1: ['metadata', metadata],
    2: ['data', 'textMap'],
    3: ['binaryData', 'bytesMap'],
    4: ['immutable', 'flag'],
  },
  Secret: {
    1: ['metadata', metadata],
    2: ['data', 'bytesMap'],
    3: ['type', 'text'],
    4: ['stringData', 'textMap'],
    5: ['immutable', 'flag'],
  },
  ServiceAccount: { 1: ['metadata', metadata], 4: ['automountServiceAccountToken', 'flag'] },
};

const magic = Buffer.from('k8s\0');
const typeMeta: Message = { 1: ['apiVersion', 'text'], 2: ['kind', 'text'] };

/** Throws a 415 ApiRefusal for every other kind and for unknown fields. */
export function decodeProtobuf(body: Buffer): JsonObject {
  if (!body.subarray(0, magic.length).equals(magic)) throw notUnderstood('this body');
  const envelope = [...fieldsOf(body.subarray(magic.length))];
  const bytesOf = (wanted: number) => envelope.find(({ number }) => number === wanted)?.bytes ?? Buffer.alloc(0);
  const type = decodeMessage(bytesOf(1), typeMeta, 'the envelope');
  const kind = String(type['kind']);
  const message = type['apiVersion'] === 'v1' ? kinds[kind] : undefined;
  if (message === undefined) throw notUnderstood(`a ${kind}`);
  return { ...type, ...decodeMessage(bytesOf(2), message, `a ${kind}`) };
}

function decodeMessage(bytes: Buffer, message: Message, what: string): JsonObject {
  const decoded = new Map<string, unknown>();
  for (const field of fieldsOf(bytes)) {
    const [name, type] = message[field.number] ?? [];
    if (name === undefined || type === undefined) throw notUnderstood(`field ${field.number} of ${what}`);
    const value = decodeField(field, type, decoded.get(name), what);
    if (value !== undefined) decoded.set(name, value);
  }
  return Object.fromEntries(decoded);
}

function decodeField({ bytes, varint }: Field, type: FieldType, before: unknown, what: string): unknown {
  switch (type) {
    case 'ignored':
      return undefined;
    case 'flag':
      return varint !== 0;
    case 'text':
      return bytes.length === 0 ? undefined : bytes.toString();
    case 'texts':
      return [...(Array.isArray(before) ? before : []), bytes.toString()];
    case 'textMap':
    case 'bytesMap': {
      const [key, value] = decodeEntry(bytes, type === 'textMap' ? 'utf8' : 'base64');
      return { ...(typeof before === 'object' ? before : {}), [key]: value };
    }
    default:
      return decodeMessage(bytes, type, what);
  }
}

function decodeEntry(bytes: Buffer, encoding: 'utf8' | 'base64'): readonly [key: string, value: string] {
  let key = '';
  let value = '';
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) key = field.bytes.toString();
    else value = field.bytes.toString(encoding);
  }
  return [key, value];
}

interface Field {
  readonly number: number;
  readonly varint: number;
  readonly bytes: Buffer;
}

const nothing = Buffer.alloc(0);

function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at];
      if (byte === undefined || factor > 2 ** 49) throw notUnderstood('this body');
      at += 1;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = readVarint();
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (wireType === 0) yield { number, varint: readVarint(), bytes: nothing };
    else if (wireType === 2) {
      const length = readVarint();
      if (at + length > message.length) throw notUnderstood('this body');
      at += length;
      yield { number, varint: 0, bytes: message.subarray(at - length, at) };
    } else throw notUnderstood('this body');
  }
}

function notUnderstood(what: string): ApiRefusal {
  return new ApiRefusal(
    415,
    'UnsupportedMediaType',
    `the local store does not understand ${what} in protobuf; add --dry-run=client -o yaml to the command and pipe it to kubectl create -f -`,
    {},
  );
}
