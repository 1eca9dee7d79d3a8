/** Everything an error could ever print, for the tests that look for secrets in it. Only tests import this. */

export function errorTexts(thrown: unknown): string {
  if (!(thrown instanceof Error)) return JSON.stringify(thrown) ?? '';
  const own = Object.getOwnPropertyNames(thrown).map((key) => JSON.stringify(Reflect.get(thrown, key)) ?? '');
  return [thrown.message, thrown.stack, ...own, errorTexts(thrown.cause)].join('\n');
}
