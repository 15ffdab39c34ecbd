/** How figures are written for people, the same in every place. */

/** `50000` → `50,000`. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** A share from 0 to 1 as a percentage with two decimals, without the sign: `0.91849` → `91.85`. */
export function percent(share: number): string {
  return (share * 100).toFixed(2);
}

/** A loss or accuracy: four decimals, or scientific where those would all be zero. */
export function figure(value: number): string {
  const isTiny = value !== 0 && Math.abs(value) < 1e-3;
  return isTiny ? value.toExponential(2) : value.toFixed(4);
}

/** A span people wait for: `9s`, `1:05`, `2:03:20`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = twoDigits(whole % 60);
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** Time on a clock, the broken second cut off: `0:02:03`, `1:22:33`. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const minutes = twoDigits(Math.floor(whole / 60) % 60);
  return `${Math.floor(whole / 3600)}:${minutes}:${twoDigits(whole % 60)}`;
}

/** The time one step takes: `850us/step`, `174ms/step`, `5.61s/step`. */
export function perStep(seconds: number): string {
  if (seconds >= 1) return `${seconds.toFixed(2)}s/step`;
  if (seconds >= 1e-3) return `${Math.round(seconds * 1e3)}ms/step`;
  return `${Math.round(seconds * 1e6)}us/step`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
