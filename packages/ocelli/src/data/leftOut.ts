/** What systems leave behind among pictures. */
const SYSTEM_NAMES = new Set(['__MACOSX', 'Thumbs.db', 'desktop.ini']);

/** True if a file or folder of this name is nobody's picture: hidden, or left behind by a system. */
export function isLeftOut(name: string): boolean {
  return name.startsWith('.') || SYSTEM_NAMES.has(name);
}
