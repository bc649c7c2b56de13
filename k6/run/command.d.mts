/** Types of command.mjs. */
import { type Rule } from './gate.mjs';

export interface Script {
  name: string;
  file: string;
  sells: boolean;
  rules?: 'waitlist' | 'opening';
  isLogged?: boolean;
  options: string[];
}

export interface Target {
  baseUrl: string;
  apiKey: string;
}

export interface Circumstances extends Target {
  summaryFile?: string;
  /** k6 logs every request for a sale into it. */
  logFile?: string;
  folder: string;
  platform: string;
  user?: string;
}

export interface Command {
  command: string;
  parameters: string[];
  variables: Record<string, string>;
}

export const USAGE: string;
export class RunError extends Error {
  exitStatus: number;
}
export class UsageError extends RunError {}
export function parseArguments(parameters: string[]): Script;
export function variablesOf(options: string[]): Record<string, string>;
/** @throws UsageError */
export function isHistoryWanted(variables: Record<string, string | undefined>): boolean;
export function readTarget(
  variables: Record<string, string | undefined>,
  localKey: () => string | undefined,
): Target;
export function commandFor(
  found: 'k6' | 'docker',
  script: Pick<Script, 'file' | 'options'>,
  circumstances: Circumstances,
): Command;
export function exitStatus(k6Status: number, rules: Rule[]): number;
