import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { homeOf, mayRead } from './areas.ts';
import { queryClient, whenSessionEnds } from './client.ts';
import { AccessPage } from './pages/access.tsx';
import { AccountPage } from './pages/account.tsx';
import { CasePage } from './pages/case.tsx';
import { CasesPage } from './pages/cases.tsx';
import { DocumentPage } from './pages/document.tsx';
import { DocumentsPage } from './pages/documents.tsx';
import { FiguresPage } from './pages/figures.tsx';
import { HandedOverPage } from './pages/handed-over.tsx';
import { LeadPage } from './pages/lead.tsx';
import { LeadsPage } from './pages/leads.tsx';
import { LedgerPage } from './pages/ledger.tsx';
import { LedgerEntryPage } from './pages/ledger-entry.tsx';
import { NoPermissionPage } from './pages/no-permission.tsx';
import { NotFoundPage } from './pages/not-found.tsx';
import { PersonPage } from './pages/person.tsx';
import { RulesPage } from './pages/rules.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { SourcesPage } from './pages/sources.tsx';
import { FaultView } from './parts/fault-view.tsx';
import { Shell } from './parts/shell.tsx';
import { sessionQuery } from './queries.ts';
import { documentsSearch, leadsSearch, ledgerSearch, signInSearch, sourcesSearch, storySearch } from './search.ts';

const rootRoute = createRootRouteWithContext()({ component: Outlet, notFoundComponent: () => <NotFoundPage alone /> });

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: signInSearch,
  component: SignInPage,
});

/** Everything behind the sign-in. */
const insideRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'inside',
  beforeLoad: async ({ location }) => {
    const session = await queryClient.ensureQueryData(sessionQuery);
    if (session === null) throw redirect({ to: '/sign-in', search: { next: location.href } });
    return { roles: session.account.roles };
  },
  component: Shell,
  errorComponent: ({ error, reset }) => <FaultView error={error} retry={reset} alone />,
});

const homeRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/',
  beforeLoad: ({ context }) => {
    throw redirect({ to: homeOf(context.roles), replace: true });
  },
});

/** Pages about people. */
const analystRoute = createRoute({
  getParentRoute: () => insideRoute,
  id: 'analyst',
  component: function AnalystOnly() {
    const { roles } = insideRoute.useRouteContext();
    return mayRead('leads', roles) ? <Outlet /> : <NoPermissionPage />;
  },
});
const leadsRoute = createRoute({
  getParentRoute: () => analystRoute,
  path: '/leads',
  validateSearch: leadsSearch,
  component: LeadsPage,
});
const leadRoute = createRoute({
  getParentRoute: () => analystRoute,
  path: '/leads/$id',
  validateSearch: storySearch,
  component: LeadPage,
});
const personRoute = createRoute({
  getParentRoute: () => analystRoute,
  path: '/people/$subject',
  validateSearch: storySearch,
  component: PersonPage,
});
const sourcesRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/sources',
  validateSearch: sourcesSearch,
  component: SourcesPage,
});
const accessRoute = createRoute({ getParentRoute: () => insideRoute, path: '/access', component: AccessPage });
const auditorRoute = createRoute({
  getParentRoute: () => insideRoute,
  id: 'auditor',
  component: function AuditorOnly() {
    const { roles } = insideRoute.useRouteContext();
    return mayRead('ledger', roles) ? <Outlet /> : <NoPermissionPage />;
  },
});
const ledgerRoute = createRoute({
  getParentRoute: () => auditorRoute,
  path: '/ledger',
  validateSearch: ledgerSearch,
  component: LedgerPage,
});
const ledgerEntryRoute = createRoute({
  getParentRoute: () => auditorRoute,
  path: '/ledger/$index',
  component: LedgerEntryPage,
});
const figuresRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/figures',
  component: function HeadsOfUnits() {
    const { roles } = insideRoute.useRouteContext();
    return mayRead('figures', roles) ? <FiguresPage /> : <NoPermissionPage />;
  },
});
const rulesRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/rules',
  component: function EngineersOnly() {
    const { roles } = insideRoute.useRouteContext();
    return mayRead('rules', roles) ? <RulesPage /> : <NoPermissionPage />;
  },
});
/** Cases and what becomes one: for whoever works on them. */
const memberRoute = createRoute({
  getParentRoute: () => insideRoute,
  id: 'member',
  component: function MembersOnly() {
    const { roles } = insideRoute.useRouteContext();
    return mayRead('cases', roles) ? <Outlet /> : <NoPermissionPage />;
  },
});
const casesRoute = createRoute({ getParentRoute: () => memberRoute, path: '/cases', component: CasesPage });
const caseRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: '/cases/$id',
  validateSearch: storySearch,
  component: CasePage,
});
const handedOverRoute = createRoute({
  getParentRoute: () => memberRoute,
  path: '/handed-over/$id',
  validateSearch: storySearch,
  component: HandedOverPage,
});
const recipientRoute = createRoute({
  getParentRoute: () => insideRoute,
  id: 'recipient',
  component: function RecipientsOnly() {
    const { roles } = insideRoute.useRouteContext();
    return mayRead('reports', roles) ? <Outlet /> : <NoPermissionPage />;
  },
});
/** The sealed protocol is fetched by those alone who read reports. */
const reportsComponent = lazyRouteComponent(() => import('./pages/reports.tsx'));
const reportsRoute = createRoute({
  getParentRoute: () => recipientRoute,
  path: '/reports',
  component: reportsComponent,
});
const reportRoute = createRoute({
  getParentRoute: () => recipientRoute,
  path: '/reports/open',
  component: reportsComponent,
});
/** The register: whole for its keeper, and for a second person what waits for him. */
const keeperRoute = createRoute({
  getParentRoute: () => insideRoute,
  id: 'keeper',
  component: function KeepersOnly() {
    const { roles } = insideRoute.useRouteContext();
    return mayRead('documents', roles) ? <Outlet /> : <NoPermissionPage />;
  },
});
const documentsRoute = createRoute({
  getParentRoute: () => keeperRoute,
  path: '/documents',
  validateSearch: documentsSearch,
  component: DocumentsPage,
});
const documentRoute = createRoute({
  getParentRoute: () => keeperRoute,
  path: '/documents/$id',
  component: DocumentPage,
});
const accountRoute = createRoute({ getParentRoute: () => insideRoute, path: '/account', component: AccountPage });
const missingRoute = createRoute({ getParentRoute: () => insideRoute, path: '$', component: () => <NotFoundPage /> });

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    signInRoute,
    insideRoute.addChildren([
      homeRoute,
      analystRoute.addChildren([leadsRoute, leadRoute, personRoute]),
      sourcesRoute,
      auditorRoute.addChildren([ledgerRoute, ledgerEntryRoute]),
      figuresRoute,
      rulesRoute,
      memberRoute.addChildren([casesRoute, caseRoute, handedOverRoute]),
      recipientRoute.addChildren([reportsRoute, reportRoute]),
      keeperRoute.addChildren([documentsRoute, documentRoute]),
      accountRoute,
      accessRoute,
      missingRoute,
    ]),
  ]),
  // Plain text in the address: the default writes q=7F3 and q="73" differently.
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const set = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
    const query = new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString();
    return query === '' ? '' : `?${query.replaceAll('%2C', ',')}`;
  },
  defaultPreload: false,
  scrollRestoration: true,
});

whenSessionEnds(() => {
  const next = router.state.location.href;
  void router.navigate({ to: '/sign-in', search: { next, expired: '1' } });
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
