/** The resources of a process and its descendants, as Linux reports them. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

interface Process {
  readonly pid: number;
  readonly parentPid: number;
}

function readProcess(pid: number): Process | undefined {
  try {
    // The name, in brackets, may hold any character: after its last bracket follows `state parent …`.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return { pid, parentPid: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) };
  } catch {
    return undefined;
  }
}

/** The process and its descendants; empty when it is gone. */
export function processTree(root: number): number[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? (readProcess(Number(name)) ?? []) : []));
  const tree = all.filter(({ pid }) => pid === root).map(({ pid }) => pid);
  for (const parent of tree) tree.push(...all.filter(({ parentPid }) => parentPid === parent).map(({ pid }) => pid));
  return tree;
}

/** The processes of the list that still run. */
export function stillRunning(pids: readonly number[]): number[] {
  return pids.filter((pid) => readProcess(pid) !== undefined);
}

const listening = '0A';

/** Addresses on which any of the processes listens, as `127.0.0.1:8080`; IPv6 ones as `[hex]:port`. */
export function listeningAddresses(pids: readonly number[]): string[] {
  const inodes = new Set(pids.flatMap(socketsOf));
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    readFileSync(table, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((row) => row[3] === listening && inodes.has(row[9] ?? ''))
      .map((row) => readAddress(row[1] ?? '')),
  );
}

/** Files open and close during the reading: missing entries are skipped one by one. */
function socketsOf(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  const names = attempt(() => readdirSync(folder)) ?? [];
  return names.flatMap((fd) => {
    const target = attempt(() => readlinkSync(`${folder}/${fd}`)) ?? '';
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
  });
}

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

/** `0100007F:1F90`: the bytes of an IPv4 address stand in reverse. */
function readAddress(text: string): string {
  const [hex = '', port = ''] = text.split(':');
  const bytes = hex.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [];
  const host = bytes.length === 4 ? bytes.toReversed().join('.') : `[${hex}]`;
  return `${host}:${Number.parseInt(port, 16)}`;
}
