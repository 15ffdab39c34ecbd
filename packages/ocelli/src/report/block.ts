import type { Output } from './output.ts';

const up = '\u001b[1A';
const clearBelow = '\u001b[J';

/** Lines at the bottom of a terminal that are drawn over together. */
export interface Block {
  /** Replaces what the block shows; no line may be wider than the terminal. */
  draw(lines: readonly string[]): void;
  /** Takes the block off the screen, so that a lasting line can stand in its place. */
  erase(): void;
  /** Leaves what is shown where it is and goes on under it. */
  leave(): void;
}

/** A block in a terminal that understands the ANSI sequences for "up" and "clear below". */
export function terminalBlock(out: Output): Block {
  let height = 0;
  const back = (): string => (height === 0 ? '' : `\r${up.repeat(height - 1)}${clearBelow}`);
  return {
    draw(lines) {
      out.write(back() + lines.join('\n')); // in one piece: no flicker
      height = lines.length;
    },
    erase() {
      if (height > 0) out.write(back());
      height = 0;
    },
    leave() {
      if (height > 0) out.write('\n');
      height = 0;
    },
  };
}
