// Code blocks of the documentation, run as they stand.
import { format } from 'node:util';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

/** A block of TypeScript in a Markdown file. */
export interface Example {
  /** Line of the file at which the code begins, from 1. */
  readonly line: number;
  readonly code: string;
}

/** The blocks marked `ts`, in order. */
export function examplesOf(markdown: string): Example[] {
  return Array.from(markdown.matchAll(/^```ts\n(.*?)^```$/gms), (match) => ({
    line: markdown.slice(0, match.index).split('\n').length + 1,
    code: match[1] ?? '',
  }));
}

/** What an example printed, beside what its comments say: `console.log(1 + 1); // 2`. */
export interface Outcome {
  readonly printed: readonly string[];
  readonly promised: readonly string[];
}

type Modules = Readonly<Record<string, object>>;

/**
 * Runs an example that imports nothing but the given modules.
 *
 * A comment that follows a `console.log` on the same line promises what it prints; where one line of
 * an example promises, all its `console.log`s must.
 */
export async function runExample({ code }: Example, modules: Modules): Promise<Outcome> {
  const printed: string[] = [];
  const log = (...values: unknown[]): void => void printed.push(format(...values));
  const promised = Array.from(
    code.matchAll(/console\.log\(.*\); \/\/ (.+)$/gm),
    ([, text]) => text ?? '',
  );
  const { outputText } = transpileModule(code, {
    compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 },
  });
  const load = (name: string): object => {
    const found = modules[name];
    if (found === undefined) throw new Error(`an example imports ${name}`);
    return found;
  };
  const run = new AsyncFunction('require', 'exports', 'console', outputText);
  await run(load, {}, { log });
  return { printed, promised };
}

const AsyncFunction = (async () => {}).constructor as new (
  ...words: string[]
) => (require: (name: string) => object, exports: object, console: object) => Promise<void>;
