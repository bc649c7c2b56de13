import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { AUTHORITY, OTHER_CERTIFICATE } from '../testing/tls-certificates.js';
import { TlsServer } from '../testing/tls-server.js';
import { dataSourceOptions } from '../schema/data-source-options.js';
import { tlsOptions } from './tls-options.js';

const USER = 'warehouse-user';

describe('TLS to the database', () => {
  let directory: string;
  let authorityFile: string;
  let server: TlsServer | undefined;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'donut-states-tls-'));
    authorityFile = join(directory, 'ca.pem');
    writeFileSync(authorityFile, AUTHORITY);
  });

  afterEach(async () => {
    await server?.close();
    server = undefined;
    rmSync(directory, { recursive: true });
  });

  it('sends the user under TLS to a server whose certificate the authority signed for its host', async () => {
    server = new TlsServer();
    await connect(await server.listen(), 'localhost', authorityFile);
    expect(server.encrypted).toContain(USER);
    expect(server.clear).not.toContain(USER);
  });

  it('sends nothing to a server whose certificate names another host', async () => {
    server = new TlsServer(OTHER_CERTIFICATE);
    const error = await connect(await server.listen(), 'localhost', authorityFile);
    expect(error.message).toMatch(/does not match certificate's altnames/);
    expect(server.clear + server.encrypted).not.toContain(USER);
  });

  it.each(['amazon-rds', 'system'])(
    'says nothing to a server that %s does not vouch for',
    async (authority) => {
      server = new TlsServer();
      const error = await connect(await server.listen(), 'localhost', authority);
      expect(error.message).toMatch(/unable to (verify|get)|self-signed/);
      expect(server.clear + server.encrypted).not.toContain(USER);
    },
  );

  it('sends nothing to a server that offers no TLS', async () => {
    server = new TlsServer(null);
    const error = await connect(await server.listen(), 'localhost', authorityFile);
    expect(error.message).toMatch(/does not support secure connection/);
    expect(server.clear).not.toContain(USER);
  });

  it('does not start without the file of certificates', () => {
    expect(() => tlsOptions(join(directory, 'missing.pem'))).toThrow(/ENOENT/);
  });
});

async function connect(port: number, host: string, authority: string): Promise<Error> {
  const url = `mysql://${USER}:secret@${host}:${port}/donut_states`;
  const source = new DataSource(dataSourceOptions({ url, poolSize: 1, tls: tlsOptions(authority) }));
  return source.initialize().then(
    () => new Error('connected'),
    (error: Error) => error,
  );
}
