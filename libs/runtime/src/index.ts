export { HTTP_SERVER_LIMITS, type ListenOptions, PortTakenError, runApplication } from './application.js';
export { EnvironmentError, readEnvironment } from './environment.js';
export { HealthModule } from './health.module.js';
export { createLogger, LoggerEnvironment } from './logger.js';
export { MetricsModule } from './metrics.module.js';
export { Schedule } from './schedule.js';
export { Readiness, type ReadinessReport } from './readiness.js';
export { TimeoutError, withTimeout } from './timeout.js';
