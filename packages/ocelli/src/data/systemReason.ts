const REASONS = new Map([
  ['ENOENT', 'no such file or folder'],
  ['ENOTDIR', 'no such file or folder'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EISDIR', 'a folder'],
  ['ENOSPC', 'a full disk'],
  ['EDQUOT', 'a full disk quota'],
  ['EROFS', 'a read-only file system'],
  ['EIO', 'a device error'],
  ['ELOOP', 'a circle of links'],
]);

/** What the operating system refused, in words that follow "got". */
export function systemReason(cause: unknown): string {
  const code = systemCode(cause);
  const reason = code === undefined ? undefined : REASONS.get(code);
  if (reason !== undefined) return `${reason} (${code})`;
  return cause instanceof Error ? cause.message : String(cause);
}

/** The system's error code such as `ENOSPC`, if the error has one. */
export function systemCode(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('code' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}
