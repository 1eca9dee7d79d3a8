/** Holds every answer that a test sees against the declared routes. Only tests import this. */
import { faultsOf, findRoute } from '../find-route.ts';

async function check(method: string, path: string, answer: Response): Promise<void> {
  const contentType = answer.headers.get('content-type') ?? '';
  const seen = {
    status: answer.status,
    contentType,
    location: answer.headers.get('location'),
    // A stream does not end.
    body: contentType.startsWith('text/event-stream') ? '' : await answer.clone().text(),
  };
  const faults = faultsOf(findRoute(method, path), seen);
  if (faults.length === 0) return;
  const error = new Error(`${method} ${path} is answered with ${faults.join('; ')}: ${seen.body.slice(0, 2_000)}`);
  // Behind a server the test sees no more than a broken answer.
  console.error(error.message);
  throw error;
}

/** `isMeant`: whether a path belongs to Soteria's own HTTP. */
export function checkingFetch(
  fetch: (request: Request) => Promise<Response>,
  isMeant: (url: URL) => boolean = () => true,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const answer = await fetch(request);
    const url = new URL(request.url);
    if (url.pathname.startsWith('/v1/') && isMeant(url)) await check(request.method, url.pathname, answer);
    return answer;
  };
}

/** An app of `createFunction` whose answers are checked. */
export function checkedApp<
  App extends {
    fetch(this: void, request: Request): Promise<Response>;
    request(path: string, init?: RequestInit): Promise<Response>;
  },
>(app: App): App {
  const fetch = checkingFetch(app.fetch);
  return { ...app, fetch, request: (path, init) => fetch(new Request(new URL(path, 'http://localhost'), init)) };
}
