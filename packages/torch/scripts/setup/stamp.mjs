// Remembers which inputs a step was last done for, so that a step done already costs nothing.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Content hash of files (by their path below `root`) and plain values. */
export function fingerprint(root, files, values = []) {
  const hash = createHash('sha256').update(JSON.stringify(values));
  for (const file of files) hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  return hash.digest('hex');
}

/** All files below `folder` whose path matches, sorted; none if there is no such folder. */
export function filesBelow(folder, matches = /./) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return paths.filter((path) => matches.test(path)).sort();
}

/** Size and time of change: enough for large files that nobody edits. */
export function identity(path) {
  if (!existsSync(path)) return undefined;
  const { size, mtimeMs } = statSync(path);
  return [path, size, mtimeMs];
}

export class Stamps {
  #folder;

  constructor(folder) {
    this.#folder = folder;
  }

  /** What `name` was last set to. */
  read(name) {
    const path = join(this.#folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }

  /** Visible whole or not at all. */
  write(name, value) {
    const path = join(this.#folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, value);
    renameSync(`${path}.new`, path);
  }

  remove(name) {
    rmSync(join(this.#folder, name), { force: true });
  }
}
