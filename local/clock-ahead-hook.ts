/** See `clock-ahead.ts`. */
const aheadMs = Number(new URL(import.meta.url).searchParams.get('ms'));
const TrueDate = Date;

globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args: unknown[], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [TrueDate.now() + aheadMs] : args, newTarget) as object,
  get: (target, name, receiver) =>
    name === 'now' ? () => TrueDate.now() + aheadMs : (Reflect.get(target, name, receiver) as unknown),
});
