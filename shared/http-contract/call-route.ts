/** A typed client of the declared routes, for whatever carries a request. It knows the table by its types alone and loads no schema. */
import type * as z from 'zod';
import type { Problem } from './problem.ts';
import type { RouteName, Routes } from './routes.ts';

type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;

type Body<R> = R extends { readonly body: infer S extends z.ZodType } ? { readonly body: z.input<S> } : object;
type Query<R> = R extends { readonly query: infer S extends z.ZodObject }
  ? { readonly query?: { readonly [Name in keyof z.output<S>]?: z.output<S>[Name] | undefined } }
  : object;
type Path<Name extends RouteName> = [NamesIn<Name>] extends [never]
  ? object
  : { readonly path: { readonly [Key in NamesIn<Name>]: string } };

export type Ask<Name extends RouteName> = Body<Routes[Name]> & Query<Routes[Name]> & Path<Name>;

type Answers<R> = R extends { readonly answers: infer A } ? A[keyof A] : never;
export type AnswerOf<Name extends RouteName> =
  Answers<Routes[Name]> extends { readonly schema: infer S } ? (S extends z.ZodType ? z.output<S> : never) : never;

export interface Sent {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** JSON; empty: there is none. */
  readonly body: string;
}

export type Send = (request: Sent) => Promise<{ readonly status: number; readonly body: unknown }>;

export type Answered<Name extends RouteName> =
  | { readonly isOk: true; readonly status: number; readonly body: AnswerOf<Name> }
  | { readonly isOk: false; readonly status: number; readonly problem: Problem };

export interface RouteCaller {
  /** Whatever is answered, a refusal too. */
  ask<Name extends RouteName>(name: Name, ask: Ask<Name>): Promise<Answered<Name>>;
  /** Throws the problem as an error. */
  call<Name extends RouteName>(name: Name, ask: Ask<Name>): Promise<AnswerOf<Name>>;
}

interface Parts {
  readonly body?: unknown;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
}

function toRequest(name: string, { body, path = {}, query = {} }: Parts): Sent {
  const [method = '', pattern = ''] = name.split(' ');
  const filled = pattern.replaceAll(/\{(\w+)\}/g, (_all, key: string) => encodeURIComponent(path[key] ?? ''));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(Object.fromEntries(given.map(([key, value]) => [key, String(value)]))).toString();
  return {
    method,
    path: search === '' ? filled : `${filled}?${search}`,
    body: body === undefined ? '' : JSON.stringify(body),
  };
}

export function createRouteCaller(send: Send): RouteCaller {
  async function ask<Name extends RouteName>(name: Name, parts: Ask<Name>): Promise<Answered<Name>> {
    const { status, body } = await send(toRequest(name, parts));
    // What the functions answer is held against the table by their tests.
    return status < 400
      ? { isOk: true, status, body: body as AnswerOf<Name> }
      : { isOk: false, status, problem: body as Problem };
  }
  return {
    ask,
    async call(name, parts) {
      const answer = await ask(name, parts);
      if (answer.isOk) return answer.body;
      throw new Error(`${name} is answered ${answer.status}: ${JSON.stringify(answer.problem)}`);
    },
  };
}
