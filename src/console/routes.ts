/** The whole table of routes: the API's, and the pages, which are made from the table themselves. */
import { API_ROUTES } from '../ingress/routes/apiRoutes.ts';
import type { Route } from '../ingress/routes/route.ts';
import { appRoutes } from './appRoutes.ts';
import { approveRoutes } from './approveRoutes.ts';
import { pageRoutes } from './pageRoutes.ts';

export const ROUTES: readonly Route[] = [...API_ROUTES, ...appRoutes, ...approveRoutes, ...pageRoutes(() => ROUTES)];
