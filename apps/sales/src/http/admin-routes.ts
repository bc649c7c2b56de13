import { type AdminPort } from '#runtime';
import { type FastifyInstance, type FastifyRequest } from 'fastify';

/** By the pattern of the route: a path that is written in another way, as `/%6detrics`, leads to the same. */
const ADMIN_ROUTE = /^\/(?:metrics|openapi\.json|docs(?:\/.*)?)$/;

/** Whether a route exists for a request. */
export type RouteVisibility = (routeUrl: string, request: FastifyRequest) => boolean;

/**
 * Lets metrics and the description of the API be seen at the admin port alone: elsewhere they are routes that do not
 * exist. Everything else is at both, the probes of health too, which load balancers and containers ask at the port that
 * they send requests to. Without an admin port all is visible, and nothing is asked.
 * To be called before any route is registered.
 */
export function useAdminRoutes(fastify: FastifyInstance, adminPort: AdminPort | undefined): RouteVisibility {
  if (!adminPort) return () => true;
  fastify.addHook('onRoute', (route) => {
    if (!ADMIN_ROUTE.test(route.url)) return;
    const own = [route.onRequest ?? []].flat();
    route.onRequest = [
      (request, reply, done) => (adminPort.owns(request.raw) ? done() : void reply.callNotFound()),
      ...own,
    ];
  });
  return (routeUrl, { raw }) => !ADMIN_ROUTE.test(routeUrl) || adminPort.owns(raw);
}
