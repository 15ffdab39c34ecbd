import { GrowingInts } from './growingInts.ts';

/** A million short texts as one block of UTF-8: a few tens of bytes each instead of a hundred. */
export class TextColumn {
  #bytes = Buffer.allocUnsafe(1 << 16);
  readonly #ends = new GrowingInts();

  get length(): number {
    return this.#ends.length;
  }

  push(text: string): void {
    const start = this.#endOf(this.length - 1);
    const most = start + 3 * text.length; // UTF-8 takes at most three bytes a UTF-16 unit
    if (most > this.#bytes.length) this.#grow(most);
    this.#ends.push(start + this.#bytes.write(text, start));
  }

  at(index: number): string {
    return this.#bytes.toString('utf8', this.#endOf(index - 1), this.#endOf(index));
  }

  #endOf(index: number): number {
    return index < 0 ? 0 : this.#ends.at(index);
  }

  #grow(least: number): void {
    const larger = Buffer.allocUnsafe(Math.max(least, 2 * this.#bytes.length));
    this.#bytes.copy(larger);
    this.#bytes = larger;
  }
}
