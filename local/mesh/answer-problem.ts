/** A refusal of the mesh itself, in the form of the functions' refusals: docs/openapi.json declares one problem document for all. */
import type { ServerResponse } from 'node:http';
import type { SoteriaError } from '@soteria/shared/errors.ts';
import { problemOf, refusalHeaders } from '@soteria/shared/function/problem.ts';

export function answerProblem(response: ServerResponse, error: SoteriaError, instance?: string): void {
  response.writeHead(error.httpStatus, refusalHeaders(error)).end(JSON.stringify(problemOf(error, { instance })));
}
