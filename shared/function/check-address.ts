/** What the address of a request may hold: a path and parameters that can be read, and each parameter once. Pure. */
import { SoteriaError } from '../errors.ts';
import { findTextFault } from '../strict-json.ts';

/** Throws `invalid_request`. `search` as in a URL: with its question mark. */
export function refuseUnfitAddress({ pathname, search }: { readonly pathname: string; readonly search: string }): void {
  readText(pathname, 'the path');
  const names = new Set<string>();
  for (const pair of search.slice(1).split('&')) {
    const [name = '', ...value] = pair.replaceAll('+', ' ').split('=');
    const known = readText(name, 'the name of a parameter');
    readText(value.join('='), `the parameter ${JSON.stringify(known.slice(0, 64))}`);
    if (known !== '' && names.has(known))
      throw unfit(`the parameter ${JSON.stringify(known.slice(0, 64))}`, 'is there twice');
    names.add(known);
  }
}

function readText(encoded: string, place: string): string {
  let text: string;
  try {
    text = decodeURIComponent(encoded);
  } catch (error) {
    throw unfit(place, 'is not percent-encoded UTF-8', error);
  }
  const fault = findTextFault(text);
  if (fault !== undefined) throw unfit(place, fault);
  return text;
}

function unfit(place: string, why: string, cause?: unknown): SoteriaError {
  return new SoteriaError(
    'invalid_request',
    {
      what: 'the request cannot be read',
      why: `${place} ${why}`,
      fix: 'give each parameter once, as percent-encoded UTF-8 without control characters',
    },
    { cause },
  );
}
