/** The last part of a path: what tells pictures of one class apart. */
export function fileNameOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
