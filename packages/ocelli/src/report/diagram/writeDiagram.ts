import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { type AnyModule, optionError } from '@ocelli/torch';
import { modelDiagram, modelDiagramLevels } from '../../models/diagram.ts';
import type { PictureShape } from '../../models/trace.ts';
import { writeDrawing } from '../chartFiles.ts';
import { diagramDrawing } from './diagramDrawing.ts';
import { type DiagramLevel, diagramPage } from './diagramPage.ts';

export interface WriteDiagramOptions {
  readonly input: PictureShape;
  /** Heading of a page. */
  readonly title: string;
}

/**
 * Draws a model: as .svg or .png with its blocks folded, as .html to zoom in and to open the blocks.
 *
 * @throws {OptionError} if the file has another name.
 */
export async function writeDiagram(
  path: string,
  model: AnyModule,
  { input, title }: WriteDiagramOptions,
): Promise<void> {
  const kind = extname(path).toLowerCase();
  if (!['.svg', '.png', '.html'].includes(kind)) {
    throw optionError('diagram', 'the file', 'named *.svg, *.png or *.html', path);
  }
  if (kind === '.html') return writeFile(path, diagramPage(title, levelsOf(model, input)));
  return writeDrawing('diagram', path, diagramDrawing(modelDiagram(model, input)));
}

/** Blocks folded, opened level by level, and every layer by itself. */
function levelsOf(model: AnyModule, input: PictureShape): DiagramLevel[] {
  const diagrams = modelDiagramLevels(model, input);
  return diagrams.map((diagram, index) => {
    const opened = index === 0 ? 'folded' : `${index} open`;
    const name = index === diagrams.length - 1 ? 'every layer' : opened;
    return { name, drawing: diagramDrawing(diagram) };
  });
}
