/** `GET /v1/b2[?namespace=&refresh=]` and `POST /v1/b2/measure`. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { Incoming } from '@soteria/shared/function/contract.ts';
import { problemsOf } from '@soteria/shared/function/schema-problems.ts';
import { usageQuery } from '@soteria/shared/http-contract/queries.ts';
import { isLeased } from '../measure/lease.ts';
import { wakeNext, beginMeasurement } from '../measure/measure.ts';
import type { Progress } from '../record/progress.ts';
import { buildReport, type UsageReport } from '../report/build-report.ts';
import type { UsageTools } from '../tools.ts';

/** Numbers that are younger than this count as fresh. */
const freshMs = 60_000;

export async function readReport(
  tools: UsageTools,
  now: Date,
  signal?: AbortSignal,
  namespace?: string,
): Promise<UsageReport> {
  const { usage, settings } = tools;
  const [{ value: record }, { value: progress }] = await Promise.all([
    usage.readRecord(signal),
    usage.readProgress(signal),
  ]);
  const isConfigured = settings.store !== undefined;
  return buildReport({ record, progress, settings: { ...settings, isConfigured }, now, namespace });
}

export async function getUsage(tools: UsageTools, rawQuery: unknown, incoming: Incoming): Promise<UsageReport> {
  const query = usageQuery.safeParse(rawQuery);
  if (!query.success) {
    throw new SoteriaError('invalid_request', {
      what: 'the usage cannot be reported',
      why: problemsOf(query.error, 'the query').join('; '),
      fix: 'allowed are namespace and refresh=true',
    });
  }
  const { namespace, refresh } = query.data;
  await tools.authorize(incoming.caller, { verb: 'list', namespace }, incoming.signal);
  if (refresh === 'true' || refresh === '') await refreshWhenOld(tools, incoming);
  return readReport(tools, incoming.receivedAt, incoming.signal, namespace);
}

async function refreshWhenOld(tools: UsageTools, incoming: Incoming): Promise<void> {
  await mayMeasure(tools, incoming);
  if (tools.settings.store === undefined) return;
  const { value: record } = await tools.usage.readRecord(incoming.signal);
  const measuredAt = record.measurement?.endedAt;
  if (measuredAt !== undefined && incoming.receivedAt.getTime() - Date.parse(measuredAt) < freshMs) return;
  await begin(tools, incoming);
}

function mayMeasure({ authorize, settings }: UsageTools, { caller, signal }: Incoming): Promise<void> {
  return authorize(caller, { verb: 'create', namespace: settings.namespace }, signal);
}

/** Publishes an event, also to continue a measurement that no process works on: no request waits for a listing. */
async function begin(tools: UsageTools, incoming: Incoming): Promise<Progress> {
  const { value } = await beginMeasurement(tools, incoming.caller.user, incoming);
  if (!isLeased(value, tools.now())) await wakeNext(tools, value, incoming);
  return value;
}

export async function postMeasure(tools: UsageTools, incoming: Incoming) {
  await mayMeasure(tools, incoming);
  const { missing, store } = tools.settings;
  if (store === undefined) {
    throw new SoteriaError('unprocessable', {
      what: 'usage cannot be measured',
      why: `it is not configured: ${missing.join(' and ')} missing`,
      fix: 'fill in Secret soteria-b2; docs/b2-usage.md shows how to make a key that can only list',
    });
  }
  const { id, startedAt } = await begin(tools, incoming);
  return { measurement: id, since: startedAt, report: '/v1/b2' };
}
