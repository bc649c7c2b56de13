import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import findMyWay, { type HTTPMethod } from 'find-my-way';
import { type RouteVisibility } from './admin-routes.js';
import { PATCH_FORMATS } from './body-kinds.js';
import { sendProblem } from '../problem/problem.js';

/** Of Fastify's router, and of the one that is asked for methods: the two must find the same routes. */
export const ROUTER_OPTIONS = { maxParamLength: 255 };

/**
 * Answers 405 with `Allow` to a method that a known path does not have, before its body is read, and 204 with `Allow` to
 * OPTIONS. A route that is not visible does not count. To be called after CORS is set up and before any other route is registered.
 */
export function useAllowedMethods(fastify: FastifyInstance, isVisible: RouteVisibility): void {
  const routes = new RoutesByMethod();
  fastify.addHook('onRoute', ({ method, url, prefix, routePath }) => {
    routes.add(method, url);
    // Fastify tells of the root of a prefix once, and serves it with a slash at its end too.
    if (prefix !== '' && routePath === '') routes.add(method, `${url}/`);
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    // @fastify/cors has a route for OPTIONS at every path.
    if (!request.is404 && request.method !== 'OPTIONS') return done();
    const methods = routes.methodsAt(request, isVisible);
    if (methods.length > 0) answerWith([...methods, 'OPTIONS'].join(', '), request, reply);
    else if (request.is404) done();
    else reply.callNotFound();
  });
}

function answerWith(allow: string, { method }: FastifyRequest, reply: FastifyReply): void {
  void reply.header('allow', allow);
  if (allow.includes('PATCH')) void reply.header('accept-patch', PATCH_FORMATS);
  if (method === 'OPTIONS') {
    if (reply.hasHeader('access-control-allow-methods')) reply.header('access-control-allow-methods', allow);
    void reply.code(204).send();
    return;
  }
  sendProblem(reply, {
    code: 'REQUEST.METHOD_NOT_ALLOWED',
    detail: { en: `There is ${allow}.`, ko: `사용할 수 있는 메서드: ${allow}` },
  });
}

/** Every route of an application, to be asked by path alone: Fastify's own router finds a route by its method too. */
class RoutesByMethod {
  private readonly router = findMyWay(ROUTER_OPTIONS);
  private readonly methods = new Set<HTTPMethod>();

  add(methods: string | string[], url: string): void {
    for (const method of [methods].flat() as HTTPMethod[]) {
      if (method === 'OPTIONS' || this.router.hasRoute(method, url)) continue;
      this.router.on(method, url, () => undefined, url);
      this.methods.add(method);
    }
  }

  methodsAt(request: FastifyRequest, isVisible: RouteVisibility): string[] {
    return [...this.methods].filter((method) => {
      const route = this.router.find(method, request.url);
      return route !== null && isVisible(route.store as string, request);
    });
  }
}
