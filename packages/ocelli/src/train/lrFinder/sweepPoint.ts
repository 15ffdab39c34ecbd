/** What one learning rate did. */
export interface SweepPoint {
  readonly lr: number;
  /** Mean over the pictures of the step, all heads together. */
  readonly loss: number;
  /** The same, smoothed over the steps so far. */
  readonly smoothed: number;
  /** Share of the step's pictures that were right. */
  readonly accuracy: number;
  /** On the pictures held back, where they were looked at; after the step. */
  readonly validationLoss?: number;
  /** Share of those that were right. */
  readonly validationAccuracy?: number;
}
