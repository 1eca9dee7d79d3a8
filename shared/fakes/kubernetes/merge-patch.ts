/** JSON merge patch, RFC 7386: members merge, `null` removes, everything else (lists too) replaces. Pure. */
import { asObject, isJsonObject, put, type JsonObject } from './wire-object.ts';

/** The patched value; it shares with `target` what the patch leaves alone and is `target` itself when nothing changes. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const before: JsonObject = asObject(target);
  let after: Record<string, unknown> | undefined;
  for (const key of Object.keys(patch)) {
    const change = patch[key];
    if (change === undefined) continue;
    const isPresent = Object.hasOwn(before, key);
    if (change === null) {
      if (!isPresent) continue;
      after ??= { ...before };
      delete after[key];
      continue;
    }
    const member = isPresent ? before[key] : undefined;
    const merged = applyMergePatch(member, change);
    if (merged === member) continue;
    after ??= { ...before };
    put(after, key, merged);
  }
  return after ?? (before === target ? target : {});
}
