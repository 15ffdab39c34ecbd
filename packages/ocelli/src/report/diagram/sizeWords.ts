/** Mean width of a letter of DejaVu Sans, as a share of the font's size; bold letters are wider. */
const letter = { plain: 0.6, bold: 0.69 } as const;

/** About how wide words are in a drawing, in pixels. @param size of the font, in pixels. */
export function sizeWords(words: string, size: number, bold = false): number {
  return words.length * size * (bold ? letter.bold : letter.plain);
}
