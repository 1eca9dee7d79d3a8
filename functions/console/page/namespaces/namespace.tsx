/** A whole namespace: back up all its claims, or restore all of them into another namespace, with the plan before either. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'wouter';
import { inventoryQuery } from '../api/queries.ts';
import { HealthMark } from '../parts/health-mark.tsx';
import { useTitle } from '../parts/title.ts';
import { sayCount } from '../words/amounts.ts';
import { BackUpNamespace } from './back-up-namespace.tsx';
import { RestoreNamespace } from './restore-namespace.tsx';

export function Namespace() {
  const { namespace } = useParams<{ namespace: string }>();
  useTitle(namespace);
  const inventory = useQuery(inventoryQuery());
  const rows = inventory.data?.namespaces.filter(({ name }) => name === namespace).flatMap(({ pvcs }) => pvcs) ?? [];
  return (
    <>
      <header className="screen-head">
        <p className="crumbs">
          <Link href="/">Protection</Link>
        </p>
        <h1>{namespace}</h1>
        <p className="lead">
          {sayCount(rows.length, 'claim')} now. A namespace that is deleted can be restored from its points too.
        </p>
        <p className="chips">
          {rows.map(({ pvc, health }) => (
            <Link key={pvc} href={`/claims/${namespace}/${pvc}`} className="count">
              <HealthMark health={health} size={15} /> {pvc}
            </Link>
          ))}
        </p>
      </header>
      <BackUpNamespace namespace={namespace} />
      <RestoreNamespace namespace={namespace} />
    </>
  );
}
