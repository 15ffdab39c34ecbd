import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** The settings of the repository's compiler. */
function compilerOptions(): ts.CompilerOptions {
  const file = join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as { config: object };
  return ts.parseJsonConfigFileContent(config, ts.sys, root).options;
}

/** The names that a package exports, with what its docstring says. */
function exported(name: string): { readonly name: string; readonly text: string }[] {
  const file = join(root, 'packages', name, 'src/index.ts');
  const program = ts.createProgram([file], compilerOptions());
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file} exports nothing`);
  return checker.getExportsOfModule(module).map((symbol) => {
    const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
    const own = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
    const text = ts.displayPartsToString(own.getDocumentationComment(checker));
    return { name: symbol.name, text };
  });
}

test.each(['torch', 'ocelli'])(
  'every name that %s exports has a docstring',
  (name) => {
    const names = exported(name);
    expect(names.length).toBeGreaterThan(300);
    expect(names.filter(({ text }) => text.trim() === '').map((one) => one.name)).toEqual([]);
  },
  240_000,
);
