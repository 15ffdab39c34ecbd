/** A file on the network and what it has to be. */
export interface Archive {
  url: string;
  /** In hexadecimal. */
  sha256: string;
}

/** LibTorch for x86-64 Linux, CPU, as the PyTorch project publishes it. */
export declare const officialArchive: Archive;

/**
 * Brings `archive` to the file `target`. What an earlier attempt left in `target`.part is not fetched
 * again. `step.note` is set to the megabytes done.
 *
 * @throws {SetupFailure} if the host cannot be reached, the connection breaks or the checksum differs.
 */
export declare function download(
  archive: Archive,
  target: string,
  step?: { note: string },
): Promise<void>;
