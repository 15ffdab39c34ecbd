import { headsOf } from '../data/labelNames.ts';
import { readLabels, type RunFolder } from '../train/runFolder/runFolder.ts';

/** One question a model answers about a picture: an attribute, or the only label there is. */
export interface Head {
  /** The attribute; `label` where pictures have one label. */
  readonly name: string;
  /** In the order of the logits. */
  readonly classes: readonly string[];
}

/** What a head is called in files and on pages. */
export function headName(attribute: string | undefined): string {
  return attribute ?? 'label';
}

/** The heads of a run, in order. */
export function readHeads(folder: RunFolder): Head[] {
  return headsOf(readLabels(folder)).map(({ attribute, classes }) => ({
    name: headName(attribute),
    classes,
  }));
}
