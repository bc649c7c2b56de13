export interface TextStyle {
  size: number;
  weight?: 'bold';
  anchor?: 'middle';
}

/** A whole SVG file, readable on a light and on a dark page. */
export function svgDocument(width: number, height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif">
<rect width="${width}" height="${height}" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`;
}

export function bar(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" fill="${fill}"/>`;
}

export function text(x: number, y: number, words: string, { size, weight, anchor }: TextStyle): string {
  const style = [weight && ` font-weight="${weight}"`, anchor && ` text-anchor="${anchor}"`]
    .filter(Boolean)
    .join('');
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="#222222"${style}>${escaped(words)}</text>`;
}

/** Written upwards, with a light edge that keeps it readable on a bar of any colour. */
export function uprightText(x: number, y: number, words: string, { size }: TextStyle): string {
  const edge = 'paint-order="stroke" stroke="#ffffff" stroke-width="2"';
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="#222222" ${edge} transform="rotate(-90 ${round(x)} ${round(y)})">${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
