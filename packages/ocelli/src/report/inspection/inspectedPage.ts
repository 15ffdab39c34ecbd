import type { PictureLooks } from '../../data/look/lookAtPictures.ts';
import type { AttributeTable } from '../../data/table/attributeTable.ts';
import type { Inspection } from '../inspectionText.ts';
import type { ChosenRows } from './chosenRows.ts';

/** Rows with a heading that says what they have in common. */
export interface NamedRows {
  readonly title: string;
  readonly rows: readonly number[];
}

/** How often each class would come after balancing. */
export interface Balanced {
  /** What was done, as a person would write it. */
  readonly how: string;
  /** For each attribute and class. */
  readonly counts: readonly (readonly number[])[];
}

/** Everything that a page about data shows. */
export interface InspectedPage {
  readonly inspection: Inspection;
  /** Labels after corrections. */
  readonly table: AttributeTable;
  /** The same with the labels before corrections. */
  readonly uncorrected: AttributeTable;
  readonly looks: PictureLooks;
  readonly chosen: ChosenRows;
  readonly balanced: Balanced;
  readonly queries: readonly NamedRows[];
  /** Rows whose labels contradicted a rule, before it was applied. */
  readonly contradictions: readonly NamedRows[];
  /** `data:` URIs by row; without an entry where there is no picture. */
  readonly pictures: ReadonlyMap<number, string>;
}
