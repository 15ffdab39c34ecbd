/** A colour, each channel 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** From 0…1 to a colour. */
export type ColourMap = (value: number) => Rgb;

/**
 * Blue, cyan, yellow, red: what explanations are usually drawn with. Its brightness rises and falls
 * again, so edges appear where there are none.
 */
export const jet: ColourMap = (value) => {
  const ramp = (centre: number): number => clampedByte(1.5 - Math.abs(4 * value - centre));
  return [ramp(3), ramp(2), ramp(1)];
};

/**
 * Dark violet over magenta and orange to light yellow, equally far apart to the eye at every step:
 * lightness rises evenly in OKLab while the hue turns.
 *
 * @see Ottosson 2020, https://bottosson.github.io/posts/oklab/
 */
export const even: ColourMap = (value) => {
  const lightness = 0.18 + 0.76 * value;
  const hue = ((290 + 170 * value) * Math.PI) / 180; // violet, red, orange, yellow
  const chroma = 0.17 * Math.sin(Math.PI * (0.15 + 0.7 * value));
  return oklabToRgb(lightness, chroma * Math.cos(hue), chroma * Math.sin(hue));
};

/** Colour maps by the name they have on the command line. */
export const colourMaps: Readonly<Record<'even' | 'jet', ColourMap>> = { even, jet };

function oklabToRgb(lightness: number, a: number, b: number): Rgb {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    gammaByte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    gammaByte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    gammaByte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** Linear light to the byte of an sRGB channel, IEC 61966-2-1. */
function gammaByte(linear: number): number {
  const value = Math.min(1, Math.max(0, linear));
  return clampedByte(value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
}

function clampedByte(share: number): number {
  return Math.round(255 * Math.min(1, Math.max(0, share)));
}
