import fs from 'node:fs';

/** A file of equally long rows, one a picture, written in any order. */
export class PixelFile {
  readonly #descriptor: number;
  readonly #rowBytes: number;

  constructor(path: string, rowBytes: number) {
    this.#descriptor = fs.openSync(path, 'w+');
    this.#rowBytes = rowBytes;
  }

  /** Writes whole rows, the first of them at `row`. */
  write(row: number, pixels: Uint8Array): void {
    let written = 0;
    const start = row * this.#rowBytes;
    while (written < pixels.length) {
      const left = pixels.length - written;
      written += fs.writeSync(this.#descriptor, pixels, written, left, start + written);
    }
  }

  /** Keeps the given rows, in ascending order, and closes the gaps between them. */
  keep(rows: readonly number[]): void {
    const pixels = Buffer.alloc(this.#rowBytes);
    for (const [target, row] of rows.entries()) {
      if (target === row) continue;
      fs.readSync(this.#descriptor, pixels, 0, this.#rowBytes, row * this.#rowBytes);
      this.write(target, pixels);
    }
    fs.ftruncateSync(this.#descriptor, rows.length * this.#rowBytes);
  }

  close(): void {
    fs.closeSync(this.#descriptor);
  }
}
