/** Every page of the signed-in window. Pages are chunks of their own; a list of them is all this file knows. */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { Frame } from './layout/frame.tsx';
import { PageCrash } from './layout/page-crash.tsx';

const root = createRootRoute({ errorComponent: PageCrash });

/** In the frame: navigation, header, page. */
const framed = createRoute({ getParentRoute: () => root, id: 'framed', component: Frame });

const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    // The router's own way to say «go there».
    throw redirect({ to: '/today' });
  },
});

const contactForm = lazyRouteComponent(() => import('../contacts/contact-form-page.tsx'), 'ContactFormPage');
const decision = lazyRouteComponent(() => import('../records/decision-page.tsx'), 'DecisionPage');

const framedRoutes = [
  createRoute({
    getParentRoute: () => framed,
    path: '/today',
    component: lazyRouteComponent(() => import('../today/today-page.tsx'), 'TodayPage'),
  }),
  createRoute({
    getParentRoute: () => framed,
    path: '/training',
    component: lazyRouteComponent(() => import('../training/training-page.tsx'), 'TrainingPage'),
  }),
  createRoute({
    getParentRoute: () => framed,
    path: '/training/course/$course',
    component: lazyRouteComponent(() => import('../training/course-page.tsx'), 'CoursePage'),
  }),
  createRoute({
    getParentRoute: () => framed,
    path: '/contacts',
    component: lazyRouteComponent(() => import('../contacts/contacts-page.tsx'), 'ContactsPage'),
  }),
  createRoute({ getParentRoute: () => framed, path: '/contacts/new', component: contactForm }),
  createRoute({
    getParentRoute: () => framed,
    path: '/contacts/$id',
    component: lazyRouteComponent(() => import('../contacts/contact-page.tsx'), 'ContactPage'),
  }),
  createRoute({ getParentRoute: () => framed, path: '/contacts/$id/edit', component: contactForm }),
  createRoute({
    getParentRoute: () => framed,
    path: '/commission',
    component: lazyRouteComponent(() => import('../commissions/commission-page.tsx'), 'CommissionPage'),
  }),
  createRoute({
    getParentRoute: () => framed,
    path: '/records',
    component: lazyRouteComponent(() => import('../records/records-page.tsx'), 'RecordsPage'),
  }),
  createRoute({
    getParentRoute: () => framed,
    path: '/records/decisions',
    component: lazyRouteComponent(() => import('../records/decisions-page.tsx'), 'DecisionsPage'),
  }),
  createRoute({
    getParentRoute: () => framed,
    path: '/records/desk',
    component: lazyRouteComponent(() => import('../desk/desk-page.tsx'), 'DeskPage'),
  }),
  createRoute({ getParentRoute: () => framed, path: '/records/decisions/new', component: decision }),
  createRoute({ getParentRoute: () => framed, path: '/records/decisions/$id', component: decision }),
  createRoute({
    getParentRoute: () => framed,
    path: '/sync',
    component: lazyRouteComponent(() => import('../sync/sync-page.tsx'), 'SyncPage'),
  }),
  createRoute({
    getParentRoute: () => framed,
    path: '/settings',
    component: lazyRouteComponent(() => import('../settings/settings-page.tsx'), 'SettingsPage'),
  }),
  createRoute({
    getParentRoute: () => framed,
    path: '/help',
    component: lazyRouteComponent(() => import('../help/help-page.tsx'), 'HelpPage'),
  }),
  // An address that is none: said inside the frame, so that every way out works.
  createRoute({ getParentRoute: () => framed, path: '$', component: PageCrash }),
];

/** Without the frame: a lesson fills the window, a print page is paper. */
const bareRoutes = [
  createRoute({
    getParentRoute: () => root,
    path: '/training/course/$course/lesson/$lesson',
    component: lazyRouteComponent(() => import('../training/lesson-page.tsx'), 'LessonPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/training/course/$course/test/$test',
    component: lazyRouteComponent(() => import('../training/test-page.tsx'), 'TestPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/print/decision/$id',
    component: lazyRouteComponent(() => import('../records/decision-print-page.tsx'), 'DecisionPrintPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/print/certificate/$attempt',
    component: lazyRouteComponent(() => import('../training/certificate-print-page.tsx'), 'CertificatePrintPage'),
  }),
];

/** A new router for each sign-in, so that nothing of one person's way is left for the next. */
export function createAppRouter() {
  return createRouter({
    routeTree: root.addChildren([index, framed.addChildren(framedRoutes), ...bareRoutes]),
    history: createHashHistory(),
    defaultPreload: 'intent',
    defaultPendingMs: 400,
    scrollRestoration: false,
    defaultNotFoundComponent: PageCrash,
    notFoundMode: 'root',
  });
}
