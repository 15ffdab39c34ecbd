/**
 * The text of a cell or of the name of a column as it is compared: spaces around it, and the form of
 * Unicode it is written in, make no difference.
 */
export function cellText(text: string): string {
  return text.trim().normalize('NFC');
}
