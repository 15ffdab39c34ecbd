import { MISSING } from '../attributeSchema.ts';
import { byCodePoint } from '../codePointOrder.ts';
import { cellText } from './cellText.ts';
import { GrowingInts } from './growingInts.ts';

/** A label that is no class of the ones given, and the row in which it stands first. */
export interface UnknownLabel {
  readonly row: number;
  readonly text: string;
}

/** More classes than this are no classes: numbers, names or remarks. */
export const MOST_CLASSES = 256;

/**
 * The labels of one column while a table is read: a code a row, and the classes found so far.
 *
 * Spaces around a label and the Unicode form it is written in make no difference. An empty cell is a
 * missing label; whatever else stands there is a class, `None` and `NA` among them.
 */
export class LabelColumn {
  readonly name: string;
  readonly #codes = new GrowingInts();
  /** By the text of the cell, as it stands there. */
  readonly #codeOf = new Map<string, number>();
  readonly #classes: string[];
  readonly #isGiven: boolean;
  #unknown: UnknownLabel | undefined;
  #undecodable: number | undefined;

  /** @param classes the only ones allowed, in their order; without them those of the column count. */
  constructor(name: string, classes?: readonly string[]) {
    this.name = name;
    this.#classes = [...(classes ?? [])];
    this.#isGiven = classes !== undefined;
  }

  /** Adds the label of the next row. */
  push(text: string): void {
    const code = this.#codeOf.get(text) ?? this.#learn(text);
    this.#codes.push(code);
  }

  get classCount(): number {
    return this.#classes.length;
  }

  get labelledCount(): number {
    return this.codes().reduce((count, code) => (code === MISSING ? count : count + 1), 0);
  }

  /** True if there are more classes than a head can tell apart; the codes are worthless then. */
  get isTooVaried(): boolean {
    return this.#classes.length > MOST_CLASSES && !this.#isGiven;
  }

  get unknown(): UnknownLabel | undefined {
    return this.#unknown;
  }

  /** The first row whose label is no text in UTF-8. */
  get undecodable(): number | undefined {
    return this.#undecodable;
  }

  /** The classes in the order given, or sorted by code point. */
  classes(): readonly string[] {
    return this.#isGiven ? this.#classes : this.#classes.toSorted(byCodePoint);
  }

  /** The position of each row's label in `classes()`, −1 where it is missing. */
  codes(): Int32Array {
    const codes = this.#codes.toArray();
    if (this.#isGiven) return codes;
    const classes = this.classes();
    const places = this.#classes.map((label) => classes.indexOf(label));
    return codes.map((code) => (code === MISSING ? MISSING : (places[code] ?? MISSING)));
  }

  #learn(text: string): number {
    if (isUndecodable(text)) this.#undecodable ??= this.#codes.length;
    const label = cellText(text);
    const code = label === '' ? MISSING : this.#codeOfClass(label);
    if (this.#codeOf.size <= 4 * MOST_CLASSES) this.#codeOf.set(text, code);
    return code;
  }

  #codeOfClass(label: string): number {
    const known = this.#classes.indexOf(label);
    if (known >= 0) return known;
    if (this.#isGiven) {
      this.#unknown ??= { row: this.#codes.length, text: label };
      return MISSING;
    }
    return this.isTooVaried ? MISSING : this.#classes.push(label) - 1;
  }
}

/** Whether a text was made from bytes that are no UTF-8: these become U+FFFD. */
export function isUndecodable(text: string): boolean {
  return text.includes('\uFFFD');
}
