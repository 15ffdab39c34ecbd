/** Whole numbers (32 bit) of which it is not known beforehand how many there will be. */
export class GrowingInts {
  #values = new Int32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Int32Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  at(index: number): number {
    const value = this.#values[index];
    if (value !== undefined && index < this.#length) return value;
    throw new Error(`internal: no number ${index} of ${this.#length}`);
  }

  toArray(): Int32Array {
    return this.#values.slice(0, this.#length);
  }
}
