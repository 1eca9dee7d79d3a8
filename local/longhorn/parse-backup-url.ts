/** `s3://bucket@region/path?backup=<backup>&volume=<volume>`: the two names in a backup's URL; undefined when a name is missing. */
export function parseBackupUrl(url: string): { readonly backup: string; readonly volume: string } | undefined {
  const query = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  const backup = query.get('backup') ?? '';
  const volume = query.get('volume') ?? '';
  return !url.includes('?') || backup === '' || volume === '' ? undefined : { backup, volume };
}
