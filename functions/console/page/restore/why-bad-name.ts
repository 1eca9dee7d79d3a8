/** Kubernetes’ own rule for names, checked while one types. Pure. */
export function whyBadName(name: string): string | undefined {
  if (name === '') return 'a name is missing';
  if (name.length > 63) return `${name.length} characters are too many: 63 at most`;
  if (/[A-Z]/.test(name)) return 'only lower-case letters';
  if (/[^a-z0-9.-]/.test(name)) return 'only letters, digits, hyphens and dots';
  if (!/^[a-z0-9].*[a-z0-9]$|^[a-z0-9]$/.test(name)) return 'begin and end with a letter or a digit';
  return undefined;
}
