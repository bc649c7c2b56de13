import mailServer from 'aws-ses-v2-local';
import { type Email, getStoreReadonly } from 'aws-ses-v2-local/dist/store.js';
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type AddressInfo } from 'node:net';
import { type EmbeddedServer } from './embedded-server.js';

export interface MailServerOptions {
  host: string;
  port: number;
  /** Mails survive a restart here, one JSON object a line. */
  file: string;
}

/** How often new mails are written, in ms: a mail younger than this is lost when the process is killed. */
const SAVE_INTERVAL_MS = 100;
/** Mails of earlier runs that are shown: the inbox page loads all of them at once. */
const KEPT_MAILS = 1_000;

/** Runs the embedded mail server with its inbox page. */
export async function startMailServer(
  options: MailServerOptions,
): Promise<EmbeddedServer & { port: number }> {
  const kept = readMails(options.file).slice(-KEPT_MAILS);
  // Not by its function saveEmail, which would also send them again where SMTP_TRANSPORT forwards mails.
  getStoreReadonly().emails.push(...kept);
  const server = await mailServer.default({ host: options.host, port: options.port });
  if (!server.listening) throw new Error(`The mail server cannot listen on ${options.host}:${options.port}`);

  writeMails(options.file, kept);
  let written = kept.length;
  let last = kept.at(-1);
  const save = () => {
    const { emails } = getStoreReadonly();
    if (emails[written - 1] === last) appendFileSync(options.file, lines(emails.slice(written)));
    // Cleared meanwhile, with the button of the inbox page.
    else writeMails(options.file, emails);
    written = emails.length;
    last = emails.at(-1);
  };
  const timer = setInterval(save, SAVE_INTERVAL_MS);

  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      clearInterval(timer);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      save();
    },
  };
}

function readMails(file: string): Email[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Email];
      } catch {
        // The end of the file, or a line that was cut off when the process was killed.
        return [];
      }
    });
}

function writeMails(file: string, mails: readonly Email[]): void {
  writeFileSync(`${file}.new`, lines(mails));
  renameSync(`${file}.new`, file);
}

function lines(mails: readonly Email[]): string {
  return mails.map((mail) => `${JSON.stringify(mail)}\n`).join('');
}
