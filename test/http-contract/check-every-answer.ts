/** Set-up of the tests that meet the product over HTTP: each answer that `fetch` brings is held against the declared routes. */
import { checkingFetch } from '@soteria/shared/http-contract/testing/check-answers.ts';

const { fetch } = globalThis;
const checked = checkingFetch(
  (request) => fetch(request),
  ({ hostname }) => hostname === '127.0.0.1' || hostname === 'localhost',
);

globalThis.fetch = (input, init) => checked(new Request(input, init));
