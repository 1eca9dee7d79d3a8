/**
 * Makes one CommonJS file of every function, and one of what no pod inside a cluster needs: what the image holds and what `npm start`
 * runs.
 */
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { compressIn, copyDocuments, copyPage } from './copy-page.ts';
import { collectThirdPartyLicenses } from './third-party-licenses.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));

export interface Bundle {
  /** Name of the function: the name of its folder. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
}

export interface BundleOptions {
  /**
   * Gets `<name>.cjs`, `runner.cjs` and `start.cjs` with the functions of this repository, what it may ask for in `apart`, `<name>.cjs.map` where asked for,
   * `third-party-licenses.txt`, `meta.json` (esbuild's account of what is in them), and the built web page in `page/dist`.
   */
  readonly outDir: string;
  /** Every `<folder>/main.ts` below it is a function; default: `functions` of this repository. */
  readonly functionsDir?: string;
  readonly withSourceMap?: boolean;
  /** The page also in Brotli: for the image. */
  readonly withBrotli?: boolean;
}

/** Made by the build of the page, which comes before. */
const pageFolder = 'console/page/dist';

/**
 * What an event does not need: a kubeconfig, HTTP, a scrape of the metrics, YAML, the schedules of policies and mail each load a file of their own. The first is
 * larger than all the rest.
 */
const apart = [
  'shared/kubernetes/client-node.ts',
  'shared/function/hono.ts',
  'shared/function/prom-client.ts',
  'shared/yaml.ts',
  'functions/policy-tick/due/croner.ts',
  'functions/notify/channels/nodemailer.ts',
].map((path) => ({ in: join(repository, path), out: `apart/${basename(path, '.ts')}` }));

/** What runs inside Jobs, from the same image, and what starts each of the programs. */
const others = [
  { in: join(repository, 'runner/main.ts'), out: 'runner' },
  { in: join(repository, 'scripts/start-program.ts'), out: 'start' },
];

const ofShared = '@soteria/shared/';

const keepApart: Plugin = {
  name: 'keep-apart',
  setup(bundling) {
    bundling.onResolve({ filter: /\/[a-z-]+\.ts$/ }, ({ path, resolveDir, kind }) => {
      const file = path.startsWith(ofShared)
        ? join(repository, 'shared', path.slice(ofShared.length))
        : join(resolveDir, path);
      const found = kind === 'entry-point' ? undefined : apart.find((one) => one.in === file);
      return found === undefined ? undefined : { path: `./${found.out}.cjs`, external: true };
    });
  },
};

/** Throws when there is no function, or when one does not bundle. */
export async function bundleFunctions(options: BundleOptions): Promise<Bundle[]> {
  const { outDir, functionsDir = join(repository, 'functions'), withSourceMap = false, withBrotli = false } = options;
  const names = globSync('*/main.ts', { cwd: functionsDir })
    .map((path) => dirname(path))
    .toSorted();
  if (names.length === 0) throw new Error(`no function to bundle: ${functionsDir} holds no folder with a main.ts`);

  // V8 takes what was compiled of any other program of the same length, and runs that one.
  for (const old of globSync('**/*.compiled', { cwd: outDir })) rmSync(join(outDir, old));
  const functions = names.map((name) => ({ in: join(functionsDir, name, 'main.ts'), out: name }));
  const programs = options.functionsDir === undefined ? others : [];
  const own = await bundle([...functions, ...programs], outDir, withSourceMap);
  const needed = apart.filter(({ out }) => isImported(own, `./${out}.cjs`));
  const metafile = needed.length === 0 ? own : joined(own, await bundle(needed, outDir, withSourceMap));
  mkdirSync(outDir, { recursive: true });
  writeFileSync(join(outDir, 'meta.json'), JSON.stringify(metafile));
  writeFileSync(join(outDir, 'third-party-licenses.txt'), collectThirdPartyLicenses(repository, metafile));
  if (options.functionsDir === undefined) {
    copyPage(join(functionsDir, pageFolder), join(outDir, 'page/dist'));
    copyDocuments(join(repository, 'docs'), join(outDir, 'page/documents'));
    if (withBrotli) compressIn(join(outDir, 'page'));
  }
  return names.map((name) => {
    const path = join(outDir, `${name}.cjs`);
    return { name, path, sizeBytes: sizeOf(path, metafile) };
  });
}

async function bundle(entryPoints: { in: string; out: string }[], outDir: string, withSourceMap: boolean) {
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints,
    plugins: [keepApart],
    outdir: outDir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    // Identifiers stay as they are written: a stack trace from the cluster must be readable.
    minifySyntax: true,
    minifyWhitespace: true,
    // And the line it quotes must not be the whole file.
    lineLimit: 160,
    // The licences go into a file of their own.
    legalComments: 'none',
    sourcemap: withSourceMap ? 'external' : false,
    // `import.meta` does not exist in CommonJS, and some dependencies make their `require` from it.
    define: {
      'import.meta.url': 'importMetaUrl',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
    },
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    // Optional native parts of ws, and the colours of debug: both ask for them in a try and do without.
    external: ['bufferutil', 'utf-8-validate', 'supports-color'],
    logLevel: 'warning',
    metafile: true,
  });
  return metafile;
}

function isImported({ outputs }: Metafile, wanted: string): boolean {
  return Object.values(outputs).some(({ imports }) => imports.some(({ path }) => path === wanted));
}

function joined(a: Metafile, b: Metafile): Metafile {
  return { inputs: { ...a.inputs, ...b.inputs }, outputs: { ...a.outputs, ...b.outputs } };
}

function sizeOf(path: string, { outputs }: Metafile): number {
  const wanted = relative(repository, path).split('\\').join('/');
  const output = outputs[wanted];
  if (output === undefined) throw new Error(`esbuild wrote no ${basename(path)}`);
  return output.bytes;
}
