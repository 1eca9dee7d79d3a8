/**
 * May this cluster take over another one's points? Pure. Invariants:
 *  1. Never while this cluster shares its own id with a living one: what is whose is not known then.
 *  2. Never those of a cluster that may be alive, unless the caller says that it is gone: two clusters would prune one set of points.
 *  3. Adopting again is success, also once no point of it is left on the targets.
 */
import { SoteriaError } from '@soteria/shared/errors.ts';
import type { ClusterIdentity } from '@soteria/shared/settings/cluster-reader.ts';
import { mayBeAlive, whySharedId } from '@soteria/shared/restore-points/shared-cluster-id.ts';
import type { PointFacts } from '@soteria/shared/restore-points/port.ts';
import { clusterIdsOf, lastWrittenBy, type Survey, surveyCluster } from './survey-cluster.ts';

export interface AdoptionQuestion {
  readonly clusterId: string;
  /** The caller vouches that nobody writes there any more. */
  readonly isGone: boolean;
  /** Every point on the targets. */
  readonly points: readonly PointFacts[];
  readonly self: ClusterIdentity;
  readonly adopted: readonly string[];
  readonly now: Date;
}

export interface AdoptionPlan {
  readonly survey: Survey;
  readonly isAdopted: boolean;
  /** In the order a person would check them. */
  readonly blockers: readonly SoteriaError[];
}

/** At most so many ids in a message. */
const maxNamed = 20;

export function decideAdoption(question: AdoptionQuestion): AdoptionPlan {
  const { clusterId, points, self, adopted, now } = question;
  const survey = surveyCluster(points, clusterId);
  const isAdopted = adopted.includes(clusterId);
  const blockers = [
    whySharedId(points, self, now),
    clusterId === self.id ? ownId(clusterId) : undefined,
    survey.points === 0 && !isAdopted ? nothingFound(clusterId, points) : undefined,
    isAdopted || question.isGone ? undefined : whyAlive(question),
  ];
  return { survey, isAdopted, blockers: blockers.filter((one) => one !== undefined) };
}

function ownId(clusterId: string): SoteriaError {
  return new SoteriaError('unprocessable', {
    what: `cluster ${clusterId} was not adopted`,
    why: 'that is the id of this cluster: points under it are its own already',
    fix: 'name the id of another cluster; GET /v1/backups tells each point’s cluster_id',
  });
}

function nothingFound(clusterId: string, points: readonly PointFacts[]): SoteriaError {
  const known = clusterIdsOf(points);
  const named = known.slice(0, maxNamed).join(', ') + (known.length > maxNamed ? ' …' : '');
  return new SoteriaError('restore_point_not_found', {
    what: `cluster ${clusterId} was not adopted`,
    why: `Longhorn lists no restore point of it; ${known.length === 0 ? 'it lists none of any cluster' : `it lists points of ${named}`}`,
    fix: 'add its backup target in Longhorn and wait until it has been read (GET /v1/backups then lists the points), or correct cluster_id',
  });
}

/** What this very cluster wrote, before it was given another id, says nothing of another one's life. */
function whyAlive({ clusterId, points, self, now }: AdoptionQuestion): SoteriaError | undefined {
  const others = points.filter(({ cluster_uid: uid }) => self.uid === undefined || uid !== self.uid);
  const newest = lastWrittenBy(others, clusterId);
  if (newest === undefined || !mayBeAlive(Date.parse(newest), self, now)) return undefined;
  return new SoteriaError('cluster_still_writes', {
    what: `cluster ${clusterId} was not adopted`,
    why: `its newest restore point is of ${newest}, after this cluster was made at ${self.bornAt ?? ''}: it may be alive`,
    fix: 'make sure that it is gone, or that its Soteria is, then ask again with "is_gone": true; single points can be restored without adopting, by cluster_id',
  });
}
