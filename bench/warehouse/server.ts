import mysql from 'mysql2/promise';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type DatabaseKind } from '../cell.js';

/** Where a bench makes its databases, each of which is removed again. */
export interface DatabaseServer {
  kind: DatabaseKind;
  /** @returns the URL of a new, empty database */
  create(name: string): Promise<string>;
  drop(name: string): Promise<void>;
}

/** Makes databases beside the one that `serverUrl` names, and never touches that one. */
export function mysqlServer(serverUrl: string): DatabaseServer {
  const execute = async (statement: string) => {
    const connection = await mysql.createConnection(serverUrl);
    await connection.query(statement).finally(() => connection.end());
  };
  return {
    kind: 'mysql',
    async create(name) {
      await execute(`CREATE DATABASE ${name}`);
      const url = new URL(serverUrl);
      url.pathname = `/${name}`;
      return url.href;
    },
    drop: (name) => execute(`DROP DATABASE IF EXISTS ${name}`),
  };
}

/** Makes files in `directory`: on a real disk, where a commit waits for it. */
export function embeddedServer(directory: string): DatabaseServer {
  return {
    kind: 'embedded',
    async create(name) {
      mkdirSync(join(directory, name), { recursive: true });
      return join(directory, name, 'warehouse.sqlite');
    },
    async drop(name) {
      rmSync(join(directory, name), { recursive: true, force: true });
    },
  };
}
