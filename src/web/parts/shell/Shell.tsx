import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useKeys } from '../../keys/useKeys.ts';
import { Refusal } from '../../read/call.ts';
import { PAGES } from '../../words/pageList.ts';
import { change, settings } from '../../words/settings.ts';
import { Failed, Loading } from '../Loaded.tsx';
import { Toasts } from '../Toasts.tsx';
import { useMe } from '../useMe.ts';
import { Help } from './Help.tsx';
import { Nav } from './Nav.tsx';
import { Palette } from './Palette.tsx';
import { SignIn } from './SignIn.tsx';
import { TopBar } from './TopBar.tsx';

const LOOKS = ['system', 'light', 'dark'] as const;

/** Titles name the page and what it is about, so that tabs and histories can be told apart. */
function useTitle(): void {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  useEffect(() => {
    const page = PAGES.find(({ to }) => (to === '/' ? path === '/' : path.startsWith(to)));
    const rest = decodeURIComponent(path.split('/').slice(3).join(' ')).slice(0, 80);
    document.title = [rest, page?.title ?? 'Page', 'Signalbox'].filter((part) => part !== '').join(' · ');
  }, [path]);
}

/** After going to another page, reading and tabbing begin at its top. */
function useFocusOnPage(): void {
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const [first, setFirst] = useState(path);
  useEffect(() => {
    if (path === first) return;
    setFirst(undefined);
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [path, first]);
}

/** Until it is known who looks, nothing is asked for that could be refused. */
export function Shell() {
  const { data: me, isPending, error } = useMe();
  if (isPending) return <Loading />;
  if (me === null) return <SignIn />;
  return <SignedIn error={error} />;
}

function SignedIn({ error }: { error: unknown }) {
  const navigate = useNavigate();
  const [open, setOpen] = useState<'help' | 'palette' | null>(null);
  useTitle();
  useFocusOnPage();
  const goTo = Object.fromEntries(PAGES.map(({ to }) => [`go ${to}`, () => void navigate({ to })]));
  useKeys({
    ...goTo,
    palette: () => setOpen('palette'),
    help: () => setOpen('help'),
    search: () => void navigate({ to: '/console/search' }),
    look: () => change({ look: LOOKS[(LOOKS.indexOf(settings().look) + 1) % LOOKS.length] ?? 'system' }),
  });
  return (
    <div className="shell">
      <a className="skip" href="#main">
        To the page
      </a>
      <Nav />
      <TopBar onHelp={() => setOpen('help')} onPalette={() => setOpen('palette')} />
      <main id="main" tabIndex={-1}>
        {error instanceof Refusal && error.problem.status === 403 ? <Failed error={error} /> : <Outlet />}
      </main>
      {open === 'help' && <Help onClose={() => setOpen(null)} />}
      {open === 'palette' && <Palette onClose={() => setOpen(null)} />}
      <Toasts />
    </div>
  );
}
