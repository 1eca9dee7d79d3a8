/** The frame of every screen: where one is, where one can go, and what concerns all screens. */
import { useQueryClient } from '@tanstack/react-query';
import { Activity, ArchiveRestore, ChartBar, HeartPulse, Moon, ScrollText, ShieldCheck, Sun } from 'lucide-react';
import { lazy, Suspense, useEffect } from 'react';
import { Link, Route, Switch, useRoute } from 'wouter';
import { followEvents, useLiveness } from '../api/live.ts';
import { Protection } from '../protection/protection.tsx';
import { Loading } from '../parts/loading.tsx';
import { useTheme } from './theme.ts';

const Claim = lazy(async () => ({ default: (await import('../claim/claim.tsx')).Claim }));
const Restore = lazy(async () => ({ default: (await import('../restore/restore.tsx')).Restore }));
const Points = lazy(async () => ({ default: (await import('../points/points.tsx')).Points }));
const Operations = lazy(async () => ({ default: (await import('../operations/operations.tsx')).Operations }));
const Operation = lazy(async () => ({ default: (await import('../operations/operation.tsx')).Operation }));
const Policies = lazy(async () => ({ default: (await import('../policies/policies.tsx')).Policies }));
const Draft = lazy(async () => ({ default: (await import('../policies/draft.tsx')).Draft }));
const Usage = lazy(async () => ({ default: (await import('../usage/usage.tsx')).Usage }));
const Namespace = lazy(async () => ({ default: (await import('../namespaces/namespace.tsx')).Namespace }));
const Health = lazy(async () => ({ default: (await import('../health/health.tsx')).Health }));

const places = [
  { path: '/', name: 'Protection', icon: ShieldCheck },
  { path: '/points', name: 'Restore points', icon: ArchiveRestore },
  { path: '/operations', name: 'Operations', icon: Activity },
  { path: '/policies', name: 'Policies', icon: ScrollText },
  { path: '/usage', name: 'Usage', icon: ChartBar },
  { path: '/health', name: 'Health', icon: HeartPulse },
] as const;

export function Shell() {
  const queries = useQueryClient();
  useEffect(() => followEvents(queries), [queries]);
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="bar">
        <Link href="/" className="brand">
          <img src="/icon.svg" alt="" width="24" height="24" />
          Soteria
        </Link>
        <nav aria-label="Screens">
          <ul>
            {places.map((place) => (
              <li key={place.path}>
                <Place {...place} />
              </li>
            ))}
          </ul>
        </nav>
        <LiveMark />
        <ThemeButton />
      </header>
      <main id="content" tabIndex={-1}>
        <Suspense fallback={<Loading what="the screen" />}>
          <Switch>
            <Route path="/" component={Protection} />
            <Route path="/claims/:namespace/:pvc" component={Claim} />
            <Route path="/restore" component={Restore} />
            <Route path="/points" component={Points} />
            <Route path="/operations" component={Operations} />
            <Route path="/operations/:namespace/:name" component={Operation} />
            <Route path="/policies" component={Policies} />
            <Route path="/policies/draft" component={Draft} />
            <Route path="/namespaces/:namespace" component={Namespace} />
            <Route path="/usage" component={Usage} />
            <Route path="/health" component={Health} />
            <Route>
              <Nowhere />
            </Route>
          </Switch>
        </Suspense>
      </main>
    </>
  );
}

function Place({ path, name, icon: Icon }: (typeof places)[number]) {
  const [isHere] = useRoute(path === '/' ? '/' : `${path}/*?`);
  return (
    <Link href={path} className="place" aria-current={isHere ? 'page' : undefined}>
      <Icon size={18} aria-hidden="true" />
      <span>{name}</span>
    </Link>
  );
}

function LiveMark() {
  const isLive = useLiveness() === 'live';
  return <p className={isLive ? 'liveness is-live' : 'liveness'}>{isLive ? 'Live' : 'Reads every 30 s'}</p>;
}

function ThemeButton() {
  const [theme, toggle] = useTheme();
  const next = theme === 'dark' ? 'light' : 'dark';
  return (
    <button type="button" className="icon-button theme" onClick={toggle} aria-label={`Switch to the ${next} theme`}>
      {theme === 'dark' ? <Sun size={18} aria-hidden="true" /> : <Moon size={18} aria-hidden="true" />}
    </button>
  );
}

function Nowhere() {
  return (
    <section className="empty">
      <h1>There is no screen at this address.</h1>
      <p>
        <Link href="/">Go to Protection</Link>
      </p>
    </section>
  );
}
