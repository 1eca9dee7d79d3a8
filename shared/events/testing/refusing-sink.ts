/** A sink that takes nothing, and what the log has of it; for tests. */
import { type ErrorCode, SoteriaError } from '../../errors.ts';
import type { Log } from '../../log/log.ts';
import type { Publisher } from '../publish.ts';

export function createRefusingSink(code: ErrorCode, silent: Log) {
  const logged: unknown[] = [];
  const error = new SoteriaError(code, { what: 'the event was not sent', why: 'the sink', fix: 'none' });
  const publisher: Publisher = { publish: () => Promise.reject(error) };
  const log: Log = { ...silent, error: (event, _error, fields = {}) => void logged.push([event, fields]) };
  return { publisher, log, logged };
}
