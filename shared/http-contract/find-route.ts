/** The declared route of a request, and what is wrong with an answer. Pure. */
import type { Problem } from './problem.ts';
import { problem } from './problem.ts';
import { refusalsOfAny, refusalsOfBody, refusalsOfNode, type Route, routes } from './routes.ts';

export interface FoundRoute {
  readonly name: string;
  readonly route: Route;
}

function patternOf(name: string): RegExp {
  return new RegExp(`^${name.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}

const table = Object.entries<Route>(routes).map(([name, route]) => ({
  name,
  route,
  pattern: patternOf(name),
  isExact: !name.includes('{'),
}));

export function findRoute(method: string, path: string): FoundRoute | undefined {
  const asked = `${method} ${path}`;
  const found = table.filter(({ pattern }) => pattern.test(asked));
  return found.find(({ isExact }) => isExact) ?? found[0];
}

export function refusalsOf({ body, refusals }: Route): readonly Problem['code'][] {
  return [...refusalsOfAny, ...(body === undefined ? [] : refusalsOfBody), ...refusals];
}

export interface SeenAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly location: string | null;
  readonly body: string;
}

/** In words; empty: the answer is as the table says. A path that is not declared may answer nothing but a problem. */
export function faultsOf(found: FoundRoute | undefined, answer: SeenAnswer): string[] {
  return answer.status >= 400 ? faultsOfProblem(found, answer) : faultsOfAnswer(found, answer);
}

function faultsOfProblem(found: FoundRoute | undefined, { status, contentType, body }: SeenAnswer): string[] {
  if (Object.hasOwn(refusalsOfNode, status)) return [];
  if (contentType !== 'application/problem+json') return [`a refusal with the content type ${contentType}`];
  const parsed = problem.safeParse(JSON.parse(body));
  if (!parsed.success) return [parsed.error.message];
  const { code } = parsed.data;
  const known = found === undefined ? ['not_found', 'method_not_allowed', ...refusalsOfAny] : refusalsOf(found.route);
  return [
    ...(parsed.data.status === status ? [] : [`status ${status} with the problem of a ${parsed.data.status}`]),
    ...(known.includes(code) ? [] : [`the code ${code}, which is not declared`]),
  ];
}

function faultsOfAnswer(found: FoundRoute | undefined, answer: SeenAnswer): string[] {
  const { status, contentType, location, body } = answer;
  if (found === undefined) return [`an answer ${status} at a path that is not declared`];
  const declared = Object.entries(found.route.answers).find(([of]) => of === String(status))?.[1];
  if (declared === undefined) return [`an answer ${status}, which is not declared`];
  if (declared.isStream === true && contentType.startsWith('text/event-stream')) return [];
  if (declared.text !== undefined && contentType.startsWith(declared.text)) return [];
  if (!contentType.startsWith('application/json')) return [`the content type ${contentType}`];
  const parsed = declared.schema.safeParse(JSON.parse(body));
  return [
    ...(parsed.success ? [] : [`a body that is not as declared: ${parsed.error.message}`]),
    ...(declared.hasLocation === true && location === null ? ['no Location'] : []),
  ];
}
