import { type TObject } from 'typebox';

/** Variables of Node and the operating system: locale, folders, certificates, the search path. */
const NODE_VARIABLES = [
  'HOME',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'LD_LIBRARY_PATH',
  'NODE_ENV',
  'NODE_EXTRA_CA_CERTS',
  'NODE_OPTIONS',
  'NODE_USE_SYSTEM_CA',
  'PATH',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'TMPDIR',
  'TZ',
  // Windows starts no program, opens no socket and finds no folder of the person without these.
  'APPDATA',
  'LOCALAPPDATA',
  'PATHEXT',
  'SYSTEMDRIVE',
  'SYSTEMROOT',
  'TEMP',
  'TMP',
  'USERPROFILE',
  'WINDIR',
];

/** The way out to AWS. Only where the SDK is used: a proxy's URL may hold a password. */
const PROXY_VARIABLES = ['HTTPS_PROXY', 'HTTP_PROXY', 'NODE_USE_ENV_PROXY', 'NO_PROXY'];

/** Read by the AWS SDK itself: credentials, profiles, endpoints. */
const AWS_PREFIX = 'AWS_';

export interface ChildProgram {
  /** The variables that it reads; `undefined` for none. */
  schema?: TObject;
  /** Whether it talks to AWS, or to what stands in for it. */
  usesAws?: boolean;
}

/**
 * The part of `system` that one program needs. Everything else stays behind: what the person's shell holds, and the keys
 * of the other programs.
 */
export function childEnvironment(
  { schema, usesAws = false }: ChildProgram,
  system: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const own = schema?.properties ?? {};
  return Object.fromEntries(
    Object.entries(system).filter(([name]) => {
      // Windows writes Path, and other systems http_proxy.
      const upper = name.toUpperCase();
      if (name in own || NODE_VARIABLES.includes(upper)) return true;
      return usesAws && (name.startsWith(AWS_PREFIX) || PROXY_VARIABLES.includes(upper));
    }),
  );
}
