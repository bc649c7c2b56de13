import { visibleText } from '#inventory';
import { type NotificationKind, type NotificationMessage, type NotificationOf } from '#queues';
import { ENGLISH } from './mail-texts-en.js';
import { KOREAN } from './mail-texts-ko.js';
import { type MailContext, type MailText, type MailTexts } from './mail-texts.js';

export type MailLanguage = 'en' | 'ko';

const LANGUAGES: Record<MailLanguage, MailTexts> = { en: ENGLISH, ko: KOREAN };

/**
 * The text of a mail that stands for `messages`, which are of one kind. Its subject is cleaned, because an older version
 * stored names with hidden characters.
 */
export function mailText(
  messages: readonly NotificationMessage[],
  language: MailLanguage,
  { salesUrl, isOver = false }: Partial<MailContext> & Pick<MailContext, 'salesUrl'>,
): MailText {
  const texts = LANGUAGES[language];
  const [first] = messages;
  const back = messages.flatMap((message) => (message.kind === 'GOODS_RECEIVED' ? [message.facts] : []));
  const { subject, text } =
    back.length > 1
      ? texts.severalBack(back)
      : oneText(texts, first!, { salesUrl: salesUrl.replace(/\/$/, ''), isOver });
  const at = (first!.facts as { at?: string }).at;
  return { subject: visibleText(subject), text: at === undefined ? text : `${text}\n\n${texts.at(at)}` };
}

function oneText<Kind extends NotificationKind>(
  texts: MailTexts,
  { kind, facts }: NotificationOf<Kind>,
  context: MailContext,
): MailText {
  return texts.kinds[kind](facts, context);
}
