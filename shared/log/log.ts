/** JSON lines for people and log collectors: one object a line, a fixed event name, flat fields, no credentials. */
import { type SoteriaError, toSoteriaError } from '../errors.ts';
import { isSecretName, redact } from './redact.ts';

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** JSON lines: a fixed snake_case event name plus fields. Secrets never get in: fields are flat and chosen by the caller. */
export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  /**
   * `thrown` is logged by its code, by our own explanation, by the classes of its causes and by where in the code it arose; a
   * foreign message may hold what must not be printed.
   */
  error(event: string, thrown: unknown, fields?: LogFields): void;
  /** A log whose every line carries these fields too. */
  with(fields: LogFields): Log;
}

const maxValueLength = 2048;
const maxFrames = 6;

export interface LogOptions {
  /** Gets whole lines, each with its line end. */
  readonly write: (line: string) => void;
  readonly now: () => Date;
  /** On every line. */
  readonly fields?: LogFields;
  /** Texts that must never appear, such as the signing secrets. */
  readonly secrets?: readonly string[];
}

type Level = 'info' | 'warn' | 'error';

/** A log that writes to `options.write`; it never throws. */
export function createLog(options: LogOptions): Log {
  const secrets = (options.secrets ?? []).filter((secret) => secret.length >= 8);
  return logWith({ ...options, secrets }, options.fields ?? {});
}

function logWith(options: LogOptions & { readonly secrets: readonly string[] }, fixed: LogFields): Log {
  function line(level: Level, event: string, fields: LogFields): void {
    const record: Record<string, string | number | boolean> = { time: options.now().toISOString(), level, event };
    for (const [name, value] of Object.entries({ ...fixed, ...fields })) {
      if (value === undefined || name in record) continue;
      record[name] = clean(name, value);
    }
    options.write(`${JSON.stringify(record)}\n`);
  }

  function clean(name: string, value: string | number | boolean): string | number | boolean {
    if (isSecretName(name)) return '[redacted]';
    if (typeof value !== 'string') return value;
    const text = redact(value, options.secrets);
    return text.length > maxValueLength ? `${text.slice(0, maxValueLength)}…` : text;
  }

  return {
    info: (event, fields = {}) => line('info', event, fields),
    warn: (event, fields = {}) => line('warn', event, fields),
    error: (event, thrown, fields = {}) => line('error', event, { ...fields, ...describeThrown(thrown) }),
    with: (fields) => logWith(options, { ...fixed, ...fields }),
  };
}

/**
 * What may be printed of anything thrown: our own code and explanation, the classes and system codes of the causes, and where in
 * the code it arose. No foreign message: it can hold headers and tokens.
 */
function describeThrown(thrown: unknown): LogFields {
  const error = toSoteriaError(thrown);
  const foreign = error.code === 'internal' ? innermost(error) : undefined;
  return {
    code: error.code,
    what: error.explanation.what,
    why: error.explanation.why,
    causes: causeClasses(error) || undefined,
    at: foreign instanceof Error ? frames(foreign) : undefined,
  };
}

function causeClasses(error: Error): string {
  const classes: string[] = [];
  for (let cause = error.cause; cause !== undefined && classes.length < 8;) {
    classes.push(className(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return classes.join(' < ');
}

function className(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown;
  const name = /^\w{1,64}$/.test(thrown.constructor.name) ? thrown.constructor.name : 'Error';
  const code: unknown = 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' && /^[A-Za-z0-9_]{2,40}$/.test(code) ? `${name}(${code})` : name;
}

function innermost(error: SoteriaError): unknown {
  let found: unknown = error;
  for (let depth = 0; depth < 8 && found instanceof Error && found.cause !== undefined; depth += 1) found = found.cause;
  return found;
}

/** Positions only. The head of a stack is the message, which may have lines of its own, so only lines that are positions count. */
function frames(error: Error): string | undefined {
  const positions = (error.stack ?? '')
    .slice(error.message.length)
    .split('\n')
    .filter((line) => /^ {4}at (async )?[\w.<>[\] ]*\(?[^()\s]+:\d+:\d+\)?$/.test(line))
    .slice(0, maxFrames)
    .map((line) => line.trim().slice(3));
  return positions.length === 0 ? undefined : positions.join(' | ');
}
