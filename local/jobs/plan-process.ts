/**
 * Plans how a container of our own image runs as a process of this machine. Pure.
 *
 * A process cannot mount. Instead every argument that names a mount's path is rewritten to the folder used in its place: the
 * path alone (`/claim`), a path below it (`/claim/a`), and either after a name (`claim=/claim`). The same goes for the working folder and the environment.
 *
 * Node's permission model enforces mounts with `readOnly: true`: the process may read everything and write to
 * its writable mounts and its termination message only. The limits also hold for programs that it starts, if these are Node; a container
 * that needs no programs may start none.
 */
import type { Job } from '@soteria/shared/kubernetes/core-types.ts';

type PodSpec = NonNullable<NonNullable<Job['spec']>['template']['spec']>;
export type Container = PodSpec['containers'][number];

export interface ProcessPlan {
  /** Arguments of Node itself. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Places {
  /** The folder that holds the bundles: `/app` in the image. */
  readonly bundlesFolder: string;
  /** Keyed by the name of the volume. */
  readonly folders: ReadonlyMap<string, string>;
  readonly terminationMessageFile: string;
  /** As kubelet builds it from the container. */
  readonly env: Readonly<Record<string, string>>;
}

/** The image has no other program. */
const nodeInImage = '/nodejs/bin/node';

/** `undefined` when the container starts a program that our image does not have. */
export function planProcess(container: Container, places: Places): ProcessPlan | undefined {
  const [program = nodeInImage, ...ownArgs] = container.command ?? [];
  if (program !== nodeInImage) return undefined;
  const mounts = (container.volumeMounts ?? []).map(({ name, mountPath, readOnly }) => ({
    mountPath: mountPath.replace(/\/+$/, ''),
    folder: places.folders.get(name) ?? '',
    isWritable: readOnly !== true,
  }));
  const rewrite = (text: string): string => {
    const [, before = '', path = ''] = /^([A-Za-z0-9_-]+=)?(\/.*)$/s.exec(text) ?? [];
    const mount = mounts.find(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`));
    return mount === undefined ? text : before + mount.folder + path.slice(mount.mountPath.length);
  };
  const args = [...ownArgs, ...(container.args ?? [])].map(rewrite);
  const isBundle = /^[a-z0-9-]+\.cjs$/.test(args[0] ?? '');
  const writable = [
    places.terminationMessageFile,
    ...mounts.filter((mount) => mount.isWritable).map(({ folder }) => `${folder}/`),
  ];
  return {
    args: [
      '--permission',
      '--allow-fs-read=*',
      ...writable.map((path) => `--allow-fs-write=${path}`),
      ...(isBundle ? [] : ['--allow-child-process']),
      '--no-warnings',
      ...(isBundle ? [`${places.bundlesFolder}/${args[0]}`, ...args.slice(1)] : args),
    ],
    cwd: rewrite(container.workingDir ?? places.bundlesFolder),
    env: {
      ...Object.fromEntries(Object.entries(places.env).map(([name, value]) => [name, rewrite(value)])),
      SOTERIA_TERMINATION_MESSAGE_PATH: places.terminationMessageFile,
    },
  };
}

/** Names the first image that is not Soteria's; undefined when all are. */
export function whyRefused(containers: readonly Container[], ownImage: string): string | undefined {
  const foreign = containers.find(({ image = '' }) => !new RegExp(`^${escape(ownImage)}([:@]|$)`).test(image));
  if (foreign === undefined) return undefined;
  return `container ${foreign.name}: the image ${foreign.image ?? '(none)'} is not run here, only ${ownImage} is, as a process of this machine`;
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
