// Beside the decoder, which takes its time to load: the help of commands names these too.

/**
 * How a picture of another shape can fill the stored size, the usual way first: `cover` cuts what sticks
 * out of the middle, `contain` adds black bars, `fill` stretches.
 */
export const fitNames = ['cover', 'contain', 'fill'] as const;
/** One of these ways. */
export type Fit = (typeof fitNames)[number];

/** Largest picture decoded unless the user says otherwise. */
export const DEFAULT_MAX_PIXELS = 40_000_000;
