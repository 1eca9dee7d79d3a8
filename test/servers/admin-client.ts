/**
 * A plain JSON client for test set-up: any path, any identity, no checks. The product's own client is under test,
 * so the test bed does not use it.
 */
import { Agent, request } from 'node:https';

export interface AdminAccess {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
  /** Acts as another user; the token's owner needs the right to do so. */
  readonly impersonate?: { readonly user: string; readonly groups?: readonly string[] } | undefined;
}

/** `T` is the caller's assumption about the body: a test with a wrong assumption fails. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

export interface AnyObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

export interface AdminClient {
  /** Never throws for a status; network errors throw. A string body is sent as it is, anything else as JSON. */
  call<T = unknown>(method: string, path: string, body?: unknown, contentType?: string): Promise<Answer<T>>;
  /** As `call`, but any status from 400 throws with the server's message. */
  must<T = unknown>(method: string, path: string, body?: unknown, contentType?: string): Promise<T>;
  /** Server-side apply of a whole object of any kind the server knows. */
  apply<T = unknown>(object: AnyObject): Promise<T>;
  close(): void;
}

export function createAdminClient(access: AdminAccess): AdminClient {
  const agent = new Agent({ keepAlive: true, ca: access.caPem, maxSockets: 16 });
  const headers: Record<string, string | string[]> = {
    authorization: `Bearer ${access.token}`,
    accept: 'application/json',
  };
  if (access.impersonate !== undefined) {
    headers['impersonate-user'] = access.impersonate.user;
    headers['impersonate-group'] = [...(access.impersonate.groups ?? [])];
  }

  function call<T>(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<Answer<T>> {
    const payload = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, access.url), {
        method,
        agent,
        headers: payload === undefined ? headers : { ...headers, 'content-type': contentType },
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const isJson = response.headers['content-type']?.includes('json') === true;
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(isJson ? text : JSON.stringify(text)) });
        });
      });
      sent.end(payload);
    });
  }

  async function must<T>(method: string, path: string, body?: unknown, contentType?: string): Promise<T> {
    const answer = await call<T>(method, path, body, contentType);
    if (answer.status < 400) return answer.body;
    throw new Error(`${method} ${path} answered ${answer.status}: ${messageOf(answer.body)}`);
  }

  const findResource = createResourceFinder(must);
  return {
    call,
    must,
    async apply<T>(object: AnyObject) {
      const resource = await findResource(object.apiVersion, object.kind);
      const { name, namespace } = object.metadata;
      const scope = resource.isNamespaced ? `/namespaces/${namespace ?? 'default'}` : '';
      const path = `${groupPath(object.apiVersion)}${scope}/${resource.plural}/${encodeURIComponent(name)}`;
      return must<T>('PATCH', `${path}?fieldManager=soteria-test&force=true`, object, 'application/apply-patch+yaml');
    },
    close: () => agent.destroy(),
  };
}

interface FoundResource {
  readonly plural: string;
  readonly isNamespaced: boolean;
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

/** Looks up a kind in the server's discovery, and caches the answer. */
function createResourceFinder(must: AdminClient['must']) {
  const known = new Map<string, FoundResource>();
  return async function findResource(apiVersion: string, kind: string): Promise<FoundResource> {
    const key = `${apiVersion} ${kind}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const { resources } = await must<ResourceList>('GET', groupPath(apiVersion));
    for (const { name, kind: itsKind, namespaced } of resources) {
      if (!name.includes('/')) known.set(`${apiVersion} ${itsKind}`, { plural: name, isNamespaced: namespaced });
    }
    const looked = known.get(key);
    if (looked === undefined) throw new Error(`the API server knows no ${kind} in ${apiVersion}`);
    return looked;
  };
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function messageOf(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message);
  return typeof body === 'string' ? body.slice(0, 300) : 'no message';
}
