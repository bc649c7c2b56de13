/** The name of the circuit of the calls to the mail service. */
export const MAIL_CIRCUIT = 'mail';
