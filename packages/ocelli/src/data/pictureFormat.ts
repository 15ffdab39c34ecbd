/** The picture formats that are decoded; others are refused, so that a name cannot pick a decoder. */
export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif';

/** The format that the first bytes of a file announce, if it is one we decode. */
export function pictureFormat(bytes: Buffer): PictureFormat | undefined {
  if (starts(bytes, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (starts(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  if (text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 12) === 'WEBP') return 'webp';
  if (/^GIF8[79]a$/.test(text(bytes, 0, 6))) return 'gif';
  return undefined;
}

/** What a file that is no such picture seems to be, in words that follow "got". */
export function otherContent(bytes: Buffer): string {
  const head = text(bytes, 0, 1024);
  if (/<svg[\s>]/i.test(head)) return 'an SVG drawing';
  if (head.startsWith('%PDF')) return 'a PDF document';
  if (/^(II\*\0|MM\0\*)/.test(head)) return 'a TIFF picture';
  if (/^ftyp(heic|heix|mif1|avif)/.test(text(bytes, 4, 12))) return 'a HEIC or AVIF picture';
  if (head.startsWith('BM')) return 'a BMP picture';
  return `a file that starts with ${JSON.stringify(head.slice(0, 8))}`;
}

function starts(bytes: Buffer, signature: readonly number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

function text(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('latin1', start, end);
}
