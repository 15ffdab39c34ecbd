// The type checker's opinion of code that is in no file.
import { join } from 'node:path';
import {
  createCompilerHost,
  createProgram,
  createSourceFile,
  flattenDiagnosticMessageText,
  getPreEmitDiagnostics,
  parseJsonConfigFileContent,
  readConfigFile,
  ScriptTarget,
  sys,
} from 'typescript';

const root = join(import.meta.dirname, '..');

/** One sentence for each type error, by the name of the source it is in. */
export function typeErrorsIn(sources: ReadonlyMap<string, string>): string[] {
  const config: unknown = readConfigFile(join(root, 'tsconfig.json'), sys.readFile).config;
  const { options } = parseJsonConfigFileContent(config, sys, root);
  const files = new Map(
    Array.from(sources, ([name, code]) => [join(root, 'test', `${name}.ts`), code] as const),
  );
  const host = createCompilerHost(options);
  const { fileExists, getSourceFile, readFile } = host;
  host.getCurrentDirectory = () => root;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, ...rest) => {
    const code = files.get(path);
    if (code === undefined) return getSourceFile(path, ...rest);
    return createSourceFile(path, code, ScriptTarget.ES2023);
  };
  const program = createProgram([...files.keys()], options, host);
  return [...files.keys()].flatMap((path) =>
    getPreEmitDiagnostics(program, program.getSourceFile(path)).map(
      ({ messageText }) => `${path}: ${flattenDiagnosticMessageText(messageText, ' ')}`,
    ),
  );
}
