/** The addresses of the console. Filters and what is selected stand in them, so that a link shows another reader the same. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { DecisionPage } from './pages/decision/DecisionPage.tsx';
import { Inbox } from './pages/inbox/Inbox.tsx';
import { Live } from './pages/live/Live.tsx';
import { Failed } from './parts/Loaded.tsx';
import { NotThere } from './parts/shell/NotThere.tsx';
import { Shell } from './parts/shell/Shell.tsx';
import { textsOf } from './words/searchTexts.ts';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotThere,
  errorComponent: ({ error, reset }) => <Failed error={error} again={reset} />,
});
const at = <const Path extends string>(path: Path) => ({ getParentRoute: () => root, path });

const pages = [
  createRoute({ ...at('/'), component: Live }),
  createRoute({ ...at('/console/inbox'), validateSearch: textsOf('approval', 'flow', 'handed', 'state'), component: Inbox }),
  createRoute({
    ...at('/console/flows'),
    validateSearch: textsOf('range'),
    component: lazyRouteComponent(() => import('./pages/flowList/Flows.tsx'), 'Flows'),
  }),
  createRoute({
    ...at('/console/flows/$flow'),
    validateSearch: textsOf('tab', 'by', 'version', 'against', 'range', 'split'),
    component: lazyRouteComponent(() => import('./pages/flow/FlowPage.tsx'), 'FlowPage'),
  }),
  createRoute({
    ...at('/console/flows/$flow/subjects/$subject'),
    validateSearch: textsOf('step', 'view'),
    component: lazyRouteComponent(() => import('./pages/subject/Subject.tsx'), 'Subject'),
  }),
  createRoute({
    ...at('/console/decisions'),
    validateSearch: textsOf('flow', 'subject', 'outcome', 'after'),
    component: lazyRouteComponent(() => import('./pages/decisions/Decisions.tsx'), 'Decisions'),
  }),
  createRoute({ ...at('/console/decisions/$decision'), component: DecisionPage }),
  createRoute({ ...at('/console/events/$event'), component: lazyRouteComponent(() => import('./pages/event/EventPage.tsx'), 'EventPage') }),
  createRoute({
    ...at('/console/search'),
    validateSearch: textsOf('q', 'kind', 'flow', 'from', 'to', 'after'),
    component: lazyRouteComponent(() => import('./pages/search/Search.tsx'), 'Search'),
  }),
  createRoute({ ...at('/console/stuck'), component: lazyRouteComponent(() => import('./pages/stuck/Stuck.tsx'), 'Stuck') }),
  createRoute({
    ...at('/console/dead'),
    validateSearch: textsOf('event', 'action', 'flow'),
    component: lazyRouteComponent(() => import('./pages/dead/Dead.tsx'), 'Dead'),
  }),
  createRoute({
    ...at('/console/try'),
    validateSearch: textsOf('flow', 'type'),
    component: lazyRouteComponent(() => import('./pages/try/TryIt.tsx'), 'TryIt'),
  }),
] as const;

export const router = createRouter({ routeTree: root.addChildren([...pages]), defaultPreload: 'intent', scrollRestoration: true });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
