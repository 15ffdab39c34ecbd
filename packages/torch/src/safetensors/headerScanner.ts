import { MAX_DIMENSIONS } from './header.ts';
import type { Refuse } from './safetensorsError.ts';
import { quote } from './safetensorsError.ts';

// Anything but plain characters: escapes, and the control characters that JSON forbids.
// eslint-disable-next-line no-control-regex
const NEEDS_DECODING = /[\\\x00-\x1f]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Reads the small part of JSON that safetensors headers consist of: strings, natural numbers and
 * punctuation, in the order the caller asks for them.
 *
 * Not `JSON.parse`, because that keeps the last of two equal keys without a word, and builds every
 * value of a hostile header before anything can be checked.
 */
export class HeaderScanner {
  readonly #text: string;
  readonly #refuse: Refuse;
  #at = 0;

  constructor(text: string, refuse: Refuse) {
    this.#text = text;
    this.#refuse = refuse;
  }

  /** What follows the last thing read, untouched. */
  rest(): string {
    return this.#text.slice(this.#at);
  }

  /** Whether `character` comes next. */
  nextIs(character: string): boolean {
    this.#skipSpace();
    return this.#text[this.#at] === character;
  }

  /** Reads `{`, each `"key":` followed by what `readValue` reads, and `}`. */
  object(readValue: (key: string) => void): void {
    this.#expect('{');
    if (this.#accept('}')) return;
    do {
      const key = this.string();
      this.#expect(':');
      readValue(key);
    } while (this.#accept(','));
    this.#expect('}');
  }

  /** Reads a list of natural numbers; `refuse` hears of one of 2^53 or more, and of a long list. */
  naturals(refuse: Refuse): number[] {
    const numbers: number[] = [];
    this.#expect('[');
    if (this.#accept(']')) return numbers;
    do {
      if (numbers.length === MAX_DIMENSIONS) {
        refuse('tooManyDimensions', `of at most ${MAX_DIMENSIONS} dimensions`, 'more');
      }
      numbers.push(this.#natural(refuse));
    } while (this.#accept(','));
    this.#expect(']');
    return numbers;
  }

  string(): string {
    if (!this.nextIs('"')) this.#unexpected('a string');
    const start = this.#at;
    this.#at = this.#closingQuote(start) + 1;
    const literal = this.#text.slice(start, this.#at);
    return NEEDS_DECODING.test(literal) ? this.#decode(literal, start) : literal.slice(1, -1);
  }

  #closingQuote(start: number): number {
    for (let at = start + 1; ; at += 1) {
      at = this.#text.indexOf('"', at);
      if (at < 0) {
        return this.#refuse('headerJson', 'valid JSON', `a string without end at ${start}`);
      }
      if (!this.#isEscaped(at)) return at;
    }
  }

  #isEscaped(at: number): boolean {
    let backslashes = 0;
    while (this.#text[at - 1 - backslashes] === '\\') backslashes += 1;
    return backslashes % 2 === 1;
  }

  #decode(literal: string, start: number): string {
    try {
      const value = String(JSON.parse(literal));
      if (!LONE_SURROGATE.test(value)) return value;
    } catch {
      // The next line says so; what JSON.parse says of a lone string names no place in the file.
    }
    return this.#refuse('headerJson', 'valid JSON', `a malformed string at position ${start}`);
  }

  #natural(refuse: Refuse): number {
    this.#skipSpace();
    const start = this.#at;
    while (isDigit(this.#text.charCodeAt(this.#at))) this.#at += 1;
    const digits = this.#text.slice(start, this.#at);
    const leadingZero = digits.length > 1 && digits.startsWith('0');
    if (digits === '' || leadingZero) this.#unexpected('a whole number of 0 or more');
    const value = Number(digits);
    if (Number.isSafeInteger(value)) return value;
    return refuse('overflow', 'described in numbers below 2^53', quote(digits));
  }

  #accept(character: string): boolean {
    const found = this.nextIs(character);
    if (found) this.#at += 1;
    return found;
  }

  #expect(character: string): void {
    if (!this.#accept(character)) this.#unexpected(`"${character}"`);
  }

  #skipSpace(): void {
    while (isJsonSpace(this.#text.charCodeAt(this.#at))) this.#at += 1;
  }

  #unexpected(wanted: string): never {
    const found = this.#text[this.#at];
    const got = found === undefined ? 'the end of the header' : quote(found);
    const place = `${got} at position ${this.#at} where ${wanted} belongs`;
    return this.#refuse('headerJson', 'valid JSON', place);
  }
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isJsonSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
