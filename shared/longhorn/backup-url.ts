/** `s3://bucket@region/path?backup=<backup>&volume=<volume>`: what Longhorn calls the URL of a backup. Pure. */

export interface BackupUrl {
  /** The URL of the backup target. */
  readonly store: string;
  readonly backup: string;
  readonly volume: string;
}

/** With a slash at its end or without: the same store. */
function storeOf(url: string): string {
  return url.replace(/\/+$/, '');
}

/** Undefined for what is not the URL of a backup. */
export function namesInUrl(url: string): BackupUrl | undefined {
  const [store = '', query = ''] = url.split(/\?(.*)/s);
  const members = new URLSearchParams(query);
  const backup = members.get('backup') ?? '';
  const volume = members.get('volume') ?? '';
  return store === '' || backup === '' || volume === '' ? undefined : { store: storeOf(store), backup, volume };
}

/** Whether two URLs mean the same backup, in whatever order their members stand. */
export function isSameBackup(one: string, another: string): boolean {
  if (one === another) return true;
  const [a, b] = [namesInUrl(one), namesInUrl(another)];
  return a !== undefined && a.store === b?.store && a.backup === b.backup && a.volume === b.volume;
}

export function isStoreOf(targetUrl: string, { store }: BackupUrl): boolean {
  return targetUrl !== '' && storeOf(targetUrl) === store;
}
