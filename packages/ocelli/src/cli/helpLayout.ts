import { Help, type HelpConfiguration } from 'commander';

/** Columns of help that goes to no terminal, and the most it takes: longer lines are hard to read. */
const [usual, widest] = [80, 100];

/** Share of a line that an option takes at most; what is said of a longer one begins in the next line. */
const termShare = 0.35;

/** Help whose lines all fit the terminal, however narrow it is and however long an option. */
export function helpLayout(columns: number = usual): HelpConfiguration {
  const helpWidth = Math.min(columns, widest);
  const widestTerm = Math.floor(helpWidth * termShare);
  const size = { helpWidth, minWidthToWrap: 10 };
  const plain = Object.assign(new Help(), size);
  return {
    ...size,
    padWidth: (command, helper) => Math.min(widestTerm, plain.padWidth(command, helper)),
    formatItem: (...[term, ...rest]) => {
      const [termWidth, description] = rest;
      if (term.length <= termWidth || description === '') return plain.formatItem(term, ...rest);
      return `  ${term}\n${plain.formatItem('', ...rest)}`;
    },
  };
}
