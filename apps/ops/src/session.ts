import { type Command } from 'commander';
import { type OperationsApi } from './api/operations-api.js';
import { connectionOf } from './connection.js';
import { readOpsEnvironment } from './environment.js';
import { note } from './terminal/output.js';

/** Options of every command. */
export interface CommonOptions {
  url?: string;
  json?: boolean;
}

/** Of commands that change something. */
export interface NoteOption {
  note?: string;
}

/** What every command has. */
export interface Session {
  api: OperationsApi;
  /** The API's answer is printed, and nothing beside it. */
  json: boolean;
}

/** The action of a command. What it needs is loaded by `work`, so that no other command waits for it. */
export function action<Options extends object, Given extends unknown[] = []>(
  work: (session: Session, options: Options & CommonOptions, ...given: Given) => Promise<void>,
): (this: Command, ...parameters: unknown[]) => Promise<void> {
  return async function (this: Command, ...parameters) {
    const options = this.optsWithGlobals<Options & CommonOptions>();
    // After the arguments come the options and the command.
    const given = parameters.slice(0, -2) as Given;
    await work(await openSession(options), options, ...given);
  };
}

async function openSession({ url, json = false }: CommonOptions): Promise<Session> {
  const connection = connectionOf(readOpsEnvironment(), url);
  const { OperationsApi } = await import('./api/operations-api.js');
  return { api: new OperationsApi(connection, note), json };
}
