/**
 * What an API server answers when it refuses: the Status object behind every 4xx and 5xx. Thrown inside the in-memory cluster;
 * its HTTP front sends the Status, its client turns it into a SoteriaError. Texts are those of kube-apiserver 1.36.
 */
import type { JsonObject } from './wire-object.ts';

export interface FieldCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export interface RefusalDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly FieldCause[];
  readonly retryAfterSeconds?: number;
}

export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  /** HTTP status. */
  readonly code: number;
  /** Machine-readable reason, empty where the real server has none. */
  readonly reason: string;
  readonly details: RefusalDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: RefusalDetails) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

/** The `Status` object that goes over the wire. */
export function statusOf(refusal: ApiRefusal): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: refusal.message,
    ...(refusal.reason === '' ? {} : { reason: refusal.reason }),
    ...(refusal.details === undefined ? {} : { details: refusal.details }),
    code: refusal.code,
  };
}

export interface NamedResource {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

/** `things.test.dev "a"`, as the server names an object in most of its texts. */
function nameOf(resource: NamedResource, name: string): string {
  return `${qualified(resource.plural, resource.group)} "${name}"`;
}

function qualified(plural: string, group: string): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function detailsOf(resource: NamedResource, name: string, causes?: readonly FieldCause[]): RefusalDetails {
  return {
    name,
    ...(resource.group === '' ? {} : { group: resource.group }),
    kind: resource.plural,
    ...(causes === undefined ? {} : { causes }),
  };
}

export function unknownResource(): ApiRefusal {
  return new ApiRefusal(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function objectNotFound(resource: NamedResource, name: string): ApiRefusal {
  return new ApiRefusal(404, 'NotFound', `${nameOf(resource, name)} not found`, detailsOf(resource, name));
}

export function namespaceNotFound(namespace: string): ApiRefusal {
  return objectNotFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace);
}

export function alreadyExists(resource: NamedResource, name: string): ApiRefusal {
  return new ApiRefusal(409, 'AlreadyExists', `${nameOf(resource, name)} already exists`, detailsOf(resource, name));
}

export function conflict(resource: NamedResource, name: string, why: string): ApiRefusal {
  return new ApiRefusal(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${nameOf(resource, name)}: ${why}`,
    detailsOf(resource, name),
  );
}

export function modifiedMeanwhile(resource: NamedResource, name: string): ApiRefusal {
  return conflict(
    resource,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

export function forbidden(
  resource: NamedResource,
  name: string,
  why: string,
  causes?: readonly FieldCause[],
): ApiRefusal {
  return new ApiRefusal(
    403,
    'Forbidden',
    `${nameOf(resource, name)} is forbidden: ${why}`,
    detailsOf(resource, name, causes),
  );
}

/** 422 with one cause per field. */
export function invalid(resource: NamedResource, name: string, causes: readonly FieldCause[]): ApiRefusal {
  const texts = causes.map((cause) => `${cause.field}: ${cause.message}`);
  const list = texts.length === 1 ? texts.join('') : `[${texts.join(', ')}]`;
  return new ApiRefusal(422, 'Invalid', `${qualified(resource.kind, resource.group)} "${name}" is invalid: ${list}`, {
    ...detailsOf(resource, name, causes),
    kind: resource.kind,
  });
}

export function badRequest(message: string): ApiRefusal {
  return new ApiRefusal(400, 'BadRequest', message);
}

export function expired(message: string): ApiRefusal {
  return new ApiRefusal(410, 'Expired', message);
}

export function notAllowed(message: string): ApiRefusal {
  return new ApiRefusal(405, 'MethodNotAllowed', message, {});
}
