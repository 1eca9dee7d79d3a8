/** The frame of every screen: where one is, where one can go, and what concerns all screens. */
import { Moon, ShieldCheck, Sun } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { Link, Route, Switch, useRoute } from 'wouter';
import { Protection } from '../protection/protection.tsx';
import { Loading } from '../parts/loading.tsx';
import { useTheme } from './theme.ts';

const Claim = lazy(async () => ({ default: (await import('../claim/claim.tsx')).Claim }));

const places = [{ path: '/', name: 'Protection', icon: ShieldCheck }] as const;

export function Shell() {
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
        <ThemeButton />
      </header>
      <main id="content" tabIndex={-1}>
        <Suspense fallback={<Loading what="the screen" />}>
          <Switch>
            <Route path="/" component={Protection} />
            <Route path="/claims/:namespace/:pvc" component={Claim} />
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
