import type { TrainEvent } from '../train/record/events.ts';

/** One way of showing events; `endLine` leaves a line that is being drawn over. */
export interface Showing {
  show(event: TrainEvent): void;
  endLine(): void;
}
