/** Audit logs outlive their servers, for the test that compares rights with requests. */
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One file for each server of the last run. */
export const auditDir = fileURLToPath(new URL('../../.cache/audit', import.meta.url));

export function forgetAuditLogs(): void {
  rmSync(auditDir, { recursive: true, force: true });
}

export function keepAuditLog(path: string): void {
  if (!existsSync(path)) return;
  mkdirSync(auditDir, { recursive: true });
  copyFileSync(path, join(auditDir, `${randomUUID()}.log`));
}
