/** The licences of what a bundle contains: most of them ask that their text goes wherever the code goes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

const packageFolder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const legalFile = /^(licen[cs]e|copying|notice)/i;

/** One text with name, version and licence texts of every dependency in the bundles, by name. */
export function collectThirdPartyLicenses(repository: string, { inputs }: Metafile): string {
  const folders = new Set(Object.keys(inputs).flatMap((path) => packageFolder.exec(path) ?? []));
  return [...folders]
    .toSorted()
    .map((folder) => describePackage(join(repository, folder)))
    .join(`\n\n${'='.repeat(80)}\n\n`);
}

function describePackage(folder: string): string {
  const manifest: { name: string; version: string; license?: string } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const texts = readdirSync(folder)
    .filter((name) => legalFile.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8').trim());
  return [`${manifest.name} ${manifest.version} (${manifest.license ?? 'see below'})`, ...texts].join('\n\n');
}
