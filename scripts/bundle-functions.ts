/** Makes one CommonJS file of every function: what the image holds and what `npm start` runs. */
import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { collectThirdPartyLicenses } from './third-party-licenses.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));

export interface Bundle {
  /** Of the function: its folder's name. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly sizeBytes: number;
}

export interface BundleOptions {
  /**
   * Gets `<name>.cjs`, `<name>.cjs.map` where asked for, `third-party-licenses.txt`, and `meta.json`, esbuild's account of what is
   * in them.
   */
  readonly outDir: string;
  /** Every `<folder>/main.ts` below it is a function; default: `functions` of this repository. */
  readonly functionsDir?: string;
  readonly withSourceMap?: boolean;
}

/** Throws when there is no function, or when one does not bundle. */
export async function bundleFunctions(options: BundleOptions): Promise<Bundle[]> {
  const { outDir, functionsDir = join(repository, 'functions'), withSourceMap = false } = options;
  const names = globSync('*/main.ts', { cwd: functionsDir })
    .map((path) => dirname(path))
    .toSorted();
  if (names.length === 0) throw new Error(`no function to bundle: ${functionsDir} holds no folder with a main.ts`);

  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: names.map((name) => ({ in: join(functionsDir, name, 'main.ts'), out: name })),
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
    // Optional native parts of ws: it asks for them in a try and does without.
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'warning',
    metafile: true,
  });
  mkdirSync(outDir, { recursive: true });
  writeFileSync(join(outDir, 'meta.json'), JSON.stringify(metafile));
  writeFileSync(join(outDir, 'third-party-licenses.txt'), collectThirdPartyLicenses(repository, metafile));
  return names.map((name) => {
    const path = join(outDir, `${name}.cjs`);
    return { name, path, sizeBytes: sizeOf(path, metafile) };
  });
}

function sizeOf(path: string, { outputs }: Metafile): number {
  const wanted = relative(repository, path).split('\\').join('/');
  const output = outputs[wanted];
  if (output === undefined) throw new Error(`esbuild wrote no ${basename(path)}`);
  return output.bytes;
}
