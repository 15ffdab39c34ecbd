import { permutation } from '../randomOrder.ts';
import type { PictureUnits } from './pictureUnits.ts';

/** What is to be divided. */
export interface DivisionJob {
  readonly units: PictureUnits;
  /** `(N, A)` row by row; −1 is missing. */
  readonly labels: Int32Array;
  /** Classes of every attribute. */
  readonly classCounts: readonly number[];
  /** Rows that each part is to have; together N. */
  readonly sizes: readonly number[];
  readonly seed: number;
}

/**
 * Divides units into parts so that each class of each attribute is shared out like the rows.
 *
 * Iterative stratification: the class with the fewest rows left is dealt out first, every unit to the
 * part that still wants most of that class. Parts get exactly their sizes if all units are single rows,
 * else as nearly as the units allow. Linear in the number of labels.
 *
 * @returns the part of every row.
 * @see Sechidis, Tsoumakas and Vlahavas 2011, "On the stratification of multi-label data"
 */
export function stratifiedParts(job: DivisionJob): Uint8Array {
  const division = new Division(job);
  division.dealLabelled();
  division.dealTheRest();
  return division.partOfRow;
}

const NO_PART = 255;

class Division {
  readonly partOfRow: Uint8Array;
  readonly #units: PictureUnits;
  readonly #labels: Int32Array;
  readonly #width: number;
  /** Where the classes of an attribute begin among those of all. */
  readonly #firstClass: Int32Array;
  readonly #order: Int32Array;
  /** Rows that are not dealt out yet, by class. */
  readonly #left: Int32Array;
  /** Rows of each class that each part still wants; below 0 if it has too many. */
  readonly #wanted: readonly Float64Array[];
  /** Rows that each part has room for. */
  readonly #room: number[];

  constructor({ units, labels, classCounts, sizes, seed }: DivisionJob) {
    const total = sizes.reduce((sum, size) => sum + size, 0);
    this.partOfRow = new Uint8Array(total).fill(NO_PART);
    this.#units = units;
    this.#labels = labels;
    this.#width = classCounts.length;
    this.#firstClass = startsOf(classCounts);
    this.#order = permutation(seed, 0, units.starts.length - 1);
    this.#left = this.#countClasses();
    this.#wanted = sizes.map((size) => Float64Array.from(this.#left, (n) => (n * size) / total));
    this.#room = [...sizes];
  }

  dealLabelled(): void {
    const unitsOf = this.#unitsByClass();
    for (let rarest = this.#rarest(); rarest >= 0; rarest = this.#rarest()) {
      for (const unit of unitsOf(rarest)) {
        if (this.#isFree(unit)) this.#deal(unit, this.#choosePart(unit, rarest));
      }
    }
  }

  /** Units whose labels are all missing. */
  dealTheRest(): void {
    for (const unit of this.#order) if (this.#isFree(unit)) this.#deal(unit, this.#roomiest());
  }

  #choosePart(unit: number, label: number): number {
    const size = this.#sizeOf(unit);
    let best = -1;
    for (let part = 0; part < this.#room.length; part++) {
      const room = this.#room[part] ?? 0;
      if (room >= size && (best < 0 || this.#isNeedier(part, best, label))) best = part;
    }
    return best < 0 ? this.#roomiest() : best;
  }

  #isNeedier(part: number, other: number, label: number): boolean {
    const more = (this.#wanted[part]?.[label] ?? 0) - (this.#wanted[other]?.[label] ?? 0);
    return more > 0 || (more === 0 && (this.#room[part] ?? 0) > (this.#room[other] ?? 0));
  }

  #roomiest(): number {
    return this.#room.indexOf(Math.max(...this.#room));
  }

  #deal(unit: number, part: number): void {
    const wanted = this.#wanted[part];
    this.#room[part] = (this.#room[part] ?? 0) - this.#sizeOf(unit);
    for (let member = this.#start(unit); member < this.#start(unit + 1); member++) {
      const row = this.#units.members[member] ?? 0;
      this.partOfRow[row] = part;
      for (let a = 0; a < this.#width; a++) {
        const label = this.#classAt(row, a);
        if (label < 0 || wanted === undefined) continue;
        wanted[label] = (wanted[label] ?? 0) - 1;
        this.#left[label] = (this.#left[label] ?? 0) - 1;
      }
    }
  }

  /** The class with the fewest rows left, −1 if none has any. */
  #rarest(): number {
    let rarest = -1;
    for (const [label, count] of this.#left.entries()) {
      if (count > 0 && (rarest < 0 || count < (this.#left[rarest] ?? 0))) rarest = label;
    }
    return rarest;
  }

  #isFree(unit: number): boolean {
    return this.partOfRow[this.#units.members[this.#start(unit)] ?? 0] === NO_PART;
  }

  /** Where the rows of a unit begin in `members`. */
  #start(unit: number): number {
    return this.#units.starts[unit] ?? 0;
  }

  #sizeOf(unit: number): number {
    return this.#start(unit + 1) - this.#start(unit);
  }

  /** The class of a row among those of all attributes, negative if its label is missing. */
  #classAt(row: number, attribute: number): number {
    const label = this.#labels[row * this.#width + attribute] ?? -1;
    return label < 0 ? label : label + (this.#firstClass[attribute] ?? 0);
  }

  #countClasses(): Int32Array {
    const counts = new Int32Array(this.#firstClass[this.#width] ?? 0);
    for (let row = 0; row < this.partOfRow.length; row++) {
      for (let a = 0; a < this.#width; a++) {
        const label = this.#classAt(row, a);
        if (label >= 0) counts[label] = (counts[label] ?? 0) + 1;
      }
    }
    return counts;
  }

  /** For each class the units that hold it, in the order of the seed. */
  #unitsByClass(): (label: number) => Int32Array {
    const starts = startsOf([...this.#left]);
    const units = new Int32Array(starts.at(-1) ?? 0);
    const next = starts.slice();
    for (const unit of this.#order) {
      for (let member = this.#start(unit); member < this.#start(unit + 1); member++) {
        for (let a = 0; a < this.#width; a++) {
          const label = this.#classAt(this.#units.members[member] ?? 0, a);
          if (label < 0) continue;
          const place = next[label] ?? 0;
          units[place] = unit;
          next[label] = place + 1;
        }
      }
    }
    return (label) => units.subarray(starts[label], starts[label + 1]);
  }
}

/** Running sums: where each of several lists begins when they lie one after another. */
function startsOf(lengths: readonly number[]): Int32Array {
  const starts = new Int32Array(lengths.length + 1);
  for (const [index, length] of lengths.entries()) {
    starts[index + 1] = (starts[index] ?? 0) + length;
  }
  return starts;
}
