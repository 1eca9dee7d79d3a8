/** The architecture as data: which room may import which. `docs/architecture.md` shows the same table. */

export interface Room {
  /** A folder with everything below it, except folders that are rooms themselves. */
  readonly path: string;
  readonly holds: string;
  /** Other rooms, which stand before it in the list. */
  readonly may: readonly string[];
}

const low = ['shared', 'shared/log', 'shared/http', 'shared/kubernetes'];
const kinds = 'shared/operation/kinds';
const record = 'shared/operation/record';
const operation = [kinds, record, 'shared/operation/engine', 'shared/operation/queue', 'shared/operation/many'];
const forDrivers = ['shared/job', 'shared/restore-points', 'shared/verification'];
const ofDrivers = [...low, 'shared/settings', ...operation, ...forDrivers];
const ofFunctions = [
  ...low,
  'shared/settings',
  'shared/identity',
  'shared/events',
  ...operation,
  ...forDrivers,
  'shared/longhorn',
  'shared/policy',
  'shared/coverage',
  'shared/http-contract',
  'shared/config',
  'shared/function',
];
/** No function that uses its drivers may import a driver itself. */
const withoutLonghorn = ofFunctions.filter((room) => room !== 'shared/longhorn');
const everything = [
  ...ofFunctions,
  'drivers/backup',
  'drivers/restore',
  'drivers/longhorn',
  'drivers',
  'functions/backup',
  'functions/restore',
  'functions/policy-tick',
  'functions/b2-usage',
  'functions/console',
  'functions/notify',
  'runner',
];

/** Lowest first: no room may import one that stands below it in this list. */
export const rooms: readonly Room[] = [
  { path: 'shared', holds: 'errors, strict JSON, short hashes', may: [] },
  { path: 'shared/log', holds: 'JSON lines without secrets', may: ['shared'] },
  { path: 'shared/http', holds: 'one outgoing exchange, one loop of tries, trace context', may: ['shared'] },
  { path: 'shared/kubernetes', holds: 'the client of the API server and its types', may: ['shared', 'shared/http'] },
  { path: 'shared/settings', holds: 'this installation: cluster id, adopted clusters, paused', may: low },
  { path: 'shared/identity', holds: 'who asks, and may they: tokens, signatures, access reviews', may: low },
  { path: kinds, holds: 'one file for each kind of Operation, and the table of them', may: [] },
  {
    path: record,
    holds: 'the Operation: schema, names, marks, status, store',
    may: [...low, 'shared/settings', kinds],
  },
  {
    path: 'shared/events',
    holds: 'the catalogue, reading and sending CloudEvents',
    may: [...low, 'shared/identity', kinds, record],
  },
  {
    path: 'shared/operation/engine',
    holds: 'moving an Operation, the pause, the busy sweep',
    may: [...low, 'shared/settings', kinds, record],
  },
  {
    path: 'shared/operation/queue',
    holds: 'slots, places in the queue, what follows an end',
    may: [...low, kinds, record, 'shared/operation/engine'],
  },
  {
    path: 'shared/operation/many',
    holds: 'operations that make many: cursor, look-ahead, counts, problems',
    may: [...low, kinds, record, 'shared/operation/engine', 'shared/operation/queue'],
  },
  { path: 'shared/job', holds: 'Jobs of ours: frame, restricted pod, how a pod ended', may: [...low, record] },
  {
    path: 'shared/verification',
    holds: 'Jobs that look at a restored claim, verdicts',
    may: [...low, kinds, record, 'shared/job'],
  },
  {
    path: 'shared/restore-points',
    holds: 'listing, order, choice and proofs of restore points',
    may: [...low, 'shared/settings', kinds, record, 'shared/verification'],
  },
  {
    path: 'shared/longhorn',
    holds: 'the driver’s port, adapter and fake',
    may: [...low, 'shared/settings', kinds, record, 'shared/restore-points'],
  },
  {
    path: 'shared/policy',
    holds: 'the schema of a policy: schedules, selectors, presets',
    may: [...low, kinds, record],
  },
  {
    path: 'shared/coverage',
    holds: 'what the last evaluation decided about each claim, as stored',
    may: low,
  },
  {
    path: 'shared/http-contract',
    holds: 'routes, requests and answers as schemas',
    may: ['shared', kinds, record, 'shared/events', 'shared/policy'],
  },
  {
    path: 'shared/config',
    holds: 'the environment as settings',
    may: [...low, 'shared/events', 'shared/operation/queue'],
  },
  {
    path: 'shared/function',
    holds: 'the function kit: doors, start, drain',
    may: [...low, 'shared/identity', kinds, 'shared/events', 'shared/config'],
  },
  { path: 'shared/fakes', holds: 'the in-memory API server; in no bundle', may: [...low, kinds, record] },
  {
    path: 'drivers/backup',
    holds: 'what the function backup needs of a driver, and what every such driver shares',
    may: ofDrivers,
  },
  {
    path: 'drivers/restore',
    holds: 'what the function restore needs of a driver, and what every such driver shares',
    may: ofDrivers,
  },
  {
    path: 'drivers/longhorn',
    holds: 'the driver longhorn: its decisions, what it looks at and performs',
    may: [...ofDrivers, 'shared/longhorn', 'drivers/backup', 'drivers/restore'],
  },
  {
    path: 'drivers',
    holds: 'the table of the drivers',
    may: [...ofDrivers, 'shared/longhorn', 'drivers/backup', 'drivers/restore', 'drivers/longhorn'],
  },
  {
    path: 'functions/backup',
    holds: 'backups of a claim and of a namespace',
    may: [...withoutLonghorn, 'drivers/backup', 'drivers'],
  },
  {
    path: 'functions/restore',
    holds: 'restores, restore tests, self-test, adoption',
    may: [...ofFunctions, 'drivers/restore', 'drivers'],
  },
  { path: 'functions/policy-tick', holds: 'the sweep, dead letters, policies', may: ofFunctions },
  { path: 'functions/b2-usage', holds: 'what the bucket holds and costs', may: ofFunctions },
  { path: 'functions/console', holds: 'the web page, its inventory, the front door', may: ofFunctions },
  { path: 'functions/notify', holds: 'problems, what is said of them, channels to people', may: withoutLonghorn },
  { path: 'runner', holds: 'what runs inside a Job', may: ['shared', 'shared/verification', 'shared/config'] },
  { path: 'scripts', holds: 'bundles, generated files, checks', may: everything },
  {
    path: 'local',
    holds: 'the embedded product: store, Longhorn, mesh',
    may: [...ofFunctions, 'shared/fakes', 'scripts'],
  },
  { path: 'test', holds: 'what crosses packages', may: [...everything, 'shared/fakes', 'scripts', 'local'] },
  { path: 'bench', holds: 'measurements', may: [...everything, 'shared/fakes', 'scripts', 'local', 'test'] },
];

/** Folders inside one room that still import each other in a circle. The list only gets shorter: delete a row when its circle is gone. */
export const knots: readonly (readonly string[])[] = [];

/** Files and folders of `functions/restore` that use Longhorn directly instead of a driver: the self-test, and recovery. */
export const knowLonghorn: readonly string[] = [
  'functions/restore/main.ts',
  'functions/restore/self-test/',
  'functions/restore/recovery/',
];

/** The only file that names the drivers. */
export const namesOfDrivers = 'shared/operation/kinds/drivers.ts';

/** Files that write a driver's name and mean something else. */
export const notDrivers: readonly string[] = [
  // A storage class.
  'functions/restore/self-test/about-self-test.ts',
  // The owner of a key in a bucket.
  'functions/b2-usage/report/list-repositories.ts',
  'functions/b2-usage/tally/classify-key.ts',
  'shared/http-contract/usage-answers.ts',
  // Generated from the OpenAPI document.
  'functions/console/page/api/types.ts',
];

/** The table of `docs/architecture.md`. */
export function renderRooms(): string {
  const named = (path: string): string => `\`${path.replace(/^shared\//, '')}\``;
  const rows = rooms.map(({ path, holds, may }) => {
    const all = [ofFunctions, withoutLonghorn].find((some) => some.every((room) => may.includes(room))) ?? [];
    const left = all === withoutLonghorn ? '`fakes` and `longhorn`' : '`fakes`';
    const others = may.filter((room) => !all.includes(room));
    const names = [...(all.length === 0 ? [] : [`all of \`shared\` but ${left}`]), ...others.map(named)];
    return `| \`${path}\` | ${holds} | ${names.join(', ') || 'nothing'} |`;
  });
  return ['| room | holds | may import |', '| --- | --- | --- |', ...rows].join('\n');
}
