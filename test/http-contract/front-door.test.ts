/** The console passes each declared route on to the function that has it, and so does whatever reads the manifests' annotations. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { routes } from '@soteria/shared/http-contract/routes.ts';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { readPrefixes, routesAnnotation } from '../../local/mesh/find-route.ts';
import { findOwner, ownedPaths } from '../../functions/console/front-door/owners.ts';
import { repositoryDir } from '../manifests/installation.ts';

const service = z.object({ metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()) }) });
const claimed = new Map(
  globSync('deploy/knative/base/*/service.yaml', { cwd: repositoryDir }).map((path) => {
    const { name, annotations } = service.parse(parse(readFileSync(join(repositoryDir, path), 'utf8'))).metadata;
    return [name, readPrefixes(annotations[routesAnnotation])] as const;
  }),
);

describe('the front door', () => {
  it.each(Object.entries(routes).map(([name, route]) => [name, route.function] as const))(
    'leads %s to %s',
    (name, to) => {
      const path = (name.split(' ')[1] ?? '').replaceAll(/\{\w+\}/g, 'x');
      expect(findOwner(path) ?? 'console').toBe(to);
    },
  );

  it('owns what the annotations of the other functions claim', () => {
    for (const [name, paths] of Object.entries(ownedPaths)) {
      expect([name, claimed.get(name)?.toSorted()]).toEqual([name, paths.toSorted()]);
    }
    expect([...claimed.keys()].filter((name) => !(name in ownedPaths))).toEqual(['console']);
  });
});
