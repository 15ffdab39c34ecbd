declare module 'crc-32/crc32c.js' {
  /** CRC-32 with Castagnoli's polynomial, as a signed integer. */
  const crc32c: { buf(data: Uint8Array): number };
  export default crc32c;
}
