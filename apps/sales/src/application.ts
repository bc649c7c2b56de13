import { AdminPort, createHttpApplication, createLogger } from '#runtime';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { type SalesEnvironment } from './environment.js';
import { useAdminRoutes } from './http/admin-routes.js';
import { ROUTER_OPTIONS, useAllowedMethods } from './http/allowed-methods.js';
import { useCors } from './http/cors.js';
import { useCallbackAddresses } from './goods-receipts/refused-addresses.js';
import { useLowerCaseIds } from './http/identifier-case.js';
import { requestIdOf } from './http/request-id.js';
import { useResponseHeaders } from './http/response-headers.js';
import { useJsonBodies } from './json-body.js';
import { useLazySerializers } from './lazy-serializers.js';
import { useOpenApi } from './document/openapi.js';
import { useAuthentication } from './operations/authentication.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { answerUnreadable, answerUnroutable, refuseWithProblems } from './problem/unreadable-request.js';
import { useRateLimit } from './rate-limit.js';
import { useRequestLog } from './request-log.js';
import { trustedProxies } from './trusted-proxies.js';
import { useValidation } from './validation.js';

const BODY_LIMIT_BYTES = 64 * 1024;

export interface SalesApplication {
  application: NestFastifyApplication;
  /** Where `ADMIN_PORT` is set. */
  adminPort?: AdminPort;
}

/**
 * The sales service, ready to listen.
 *
 * @param isInvoked whether it starts for a request that waits for it, as a function does: then it compiles a schema when it is
 *   needed, and has no pages of documentation
 */
export async function createSalesApplication(
  environment: SalesEnvironment,
  { isInvoked = false } = {},
): Promise<SalesApplication> {
  const application = await createHttpApplication(AppModule.forRoot(environment), {
    logger: createLogger('sales', environment),
    maxConnections: environment.MAX_CONNECTIONS,
    bodyParser: false,
    server: {
      bodyLimit: BODY_LIMIT_BYTES,
      // Requests on open connections are served while the process drains: it is connected to the database until the end.
      return503OnClosing: false,
      clientErrorHandler: answerUnreadable,
      frameworkErrors: answerUnroutable,
      // Node would refuse with an empty answer: refuseWithProblems() says what is missing.
      http: { requireHostHeader: false },
      routerOptions: ROUTER_OPTIONS,
      genReqId: requestIdOf,
      trustProxy:
        environment.TRUSTED_PROXIES === undefined ? false : trustedProxies(environment.TRUSTED_PROXIES),
    },
  });
  const adminPort = environment.ADMIN_PORT === undefined ? undefined : new AdminPort(application);
  const fastify = application.getHttpAdapter().getInstance();
  useRequestLog(fastify, environment.REQUEST_LOG);
  useResponseHeaders(fastify);
  refuseWithProblems(fastify);
  await useCors(application, environment.CORS_ORIGINS);
  useAllowedMethods(fastify, useAdminRoutes(fastify, adminPort));
  useJsonBodies(fastify);
  useValidation(fastify, { isLazy: isInvoked });
  if (isInvoked) useLazySerializers(fastify);
  useLowerCaseIds(fastify);
  application.useGlobalFilters(new ProblemFilter());
  await useRateLimit(application, environment.RATE_LIMIT_PER_MINUTE);
  useAuthentication(application);
  useCallbackAddresses(application);
  if (!isInvoked) await useOpenApi(application);
  return { application, adminPort };
}
