/** The body of a request as JSON, from JSON, YAML, or the little protobuf that kubectl needs. Pure. */
import { ApiRefusal, badRequest } from '@soteria/shared/fakes/kubernetes/api-refusal.ts';
import { parseJson } from '@soteria/shared/kubernetes/json.ts';
import { isJsonObject, type JsonObject } from '@soteria/shared/fakes/kubernetes/wire-object.ts';
import { parse as parseYaml } from 'yaml';
import type { Incoming } from './answer.ts';
import { decodeProtobuf } from './decode-protobuf.ts';

/** Throws a 400 ApiRefusal when the body is not an object, 415 when its format is not supported. */
export function readObjectBody({ contentType, body }: Incoming): JsonObject {
  if (contentType === 'application/vnd.kubernetes.protobuf') return decodeProtobuf(body);
  const text = body.toString();
  const value = contentType === 'application/yaml' ? readYaml(text) : readJson(contentType, text);
  if (!isJsonObject(value)) throw badRequest('the body of the request must be one object');
  return value;
}

/** The options of a DELETE; empty when it has none. */
export function readOptionsBody(incoming: Incoming): JsonObject {
  return incoming.body.length === 0 ? {} : readObjectBody(incoming);
}

export function parseText(body: string): unknown {
  try {
    return parseJson(body);
  } catch {
    throw badRequest('the body of the request is not JSON');
  }
}

function readJson(contentType: string, body: string): unknown {
  if (contentType === '' || contentType === 'application/json') return parseText(body);
  throw new ApiRefusal(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format (${contentType}) - accepted media types include: application/json, application/yaml`,
  );
}

function readYaml(body: string): unknown {
  try {
    return parseYaml(body);
  } catch {
    throw badRequest('the body of the request is not YAML');
  }
}
