/** No client has a number to send that needs more. The work on one number stays bounded by it. */
const MAX_CHARACTERS = 100;

const NUMBER = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/**
 * Whether a JSON number is the same number after it was parsed to a double: written with as many digits, the double
 * reads as the text does. 9007199254740993 and 0.99999999999999999999 do not, 0.1 and 1.50e2 do. What is no JSON number
 * counts as exact: the parser refuses it.
 */
export function isExactAsDouble(text: string): boolean {
  if (text.length > MAX_CHARACTERS) return false;
  const [, whole, fraction = '', exponent = '0'] = NUMBER.exec(text) ?? [];
  if (whole === undefined) return true;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return true;
  const [mantissa, power] = Math.abs(Number(text))
    .toExponential(significant.length - 1)
    .split('e');
  return (
    mantissa?.replace('.', '') === significant &&
    Number(power) === digits.length - fraction.length - 1 + Number(exponent)
  );
}
