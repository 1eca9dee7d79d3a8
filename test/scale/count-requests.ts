/** How many requests each user made, from the API server's audit log. Pure. */
export function countRequests(auditLog: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of auditLog.split('\n')) {
    const user = /"username":"([^"]*)"/.exec(line)?.[1];
    if (user !== undefined) counts.set(user, (counts.get(user) ?? 0) + 1);
  }
  return counts;
}
