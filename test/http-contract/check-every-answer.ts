/** Set-up of the tests that call the product over HTTP: checks each answer of `fetch` against the declared routes. */
import { checkingFetch } from '@soteria/shared/http-contract/testing/check-answers.ts';

const { fetch } = globalThis;
const checked = checkingFetch(
  (request) => fetch(request),
  ({ hostname }) => hostname === '127.0.0.1' || hostname === 'localhost',
);

globalThis.fetch = (input, init) => checked(new Request(input, init));
