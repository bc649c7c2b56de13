/** Exit statuses that more than one program uses. 1 is any other failure; a program names what else 1 means to it. */
export const EXIT_STATUS = {
  /** The command line is wrong: an unknown option, a missing value. */
  usage: 2,
  /** EX_CONFIG of sysexits.h: the environment is not usable. Starting again changes nothing. */
  configuration: 78,
} as const;
