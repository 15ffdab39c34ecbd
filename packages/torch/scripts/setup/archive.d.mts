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

/**
 * Leaves libtorch in `folder`/libtorch and nothing else; of several at once, in any processes, one
 * fetches it and the others wait.
 *
 * @throws {SetupFailure} as `download` does, or if the archive cannot be unpacked.
 */
export declare function downloadLibtorch(options: {
  folder: string;
  /** Path of the program that unpacks. */
  cmake: string;
  log: {
    path: string;
    say(line: string): void;
    detail(text: string): void;
    during<Result>(title: string, work: (step: { note: string }) => Result): Result;
  };
  /** @default officialArchive */
  archive?: Archive;
}): Promise<void>;
