import { BarChart, CustomChart, LineChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([SVGRenderer, LineChart, BarChart, CustomChart, GridComponent, MarkLineComponent]);

/** A drawing that stands alone as a file and inside a page. */
export interface Drawing {
  /** Size in pixels; a page scales it. */
  readonly width: number;
  readonly height: number;
  /** What stands between `<svg>` and `</svg>`. */
  readonly content: string;
}

export interface ChartOptions {
  /** Unique on its page, letters and digits: the prefix of everything that has a name in the drawing. */
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** The fonts of a drawing: what the page has, and the one that pictures are drawn with. */
export const fontFamily = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

/** Draws an ECharts chart without a browser. The same option gives the same text. */
export function drawChart(option: EChartsCoreOption, size: ChartOptions): Drawing {
  const { id, width, height } = size;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily }, ...option });
    return { width, height, content: withoutInteraction(chart.renderToSVGString(), id) };
  } finally {
    chart.dispose();
  }
}

/**
 * ECharts prepares its drawing for a script that will not be there: hover styles and series numbers
 * double its size. Names of clip paths count the charts of the process; here they count within one.
 */
function withoutInteraction(svg: string, id: string): string {
  return svg
    .replace(/^<svg[^>]*>\n?/, '')
    .replace(/<\/svg>\s*$/, '')
    .replace(/<rect [^>]*fill="none"[^>]*><\/rect>\n?/, '')
    .replace(/<style\s*>[\s\S]*?<\/style>\n?/g, '')
    .replace(/ (?:class|pointer-events|ecmeta_\w+)="[^"]*"/g, '')
    .replace(/font-family:[^;"]*;?/g, '')
    .replace(/zr\d+-/g, `${id}-`);
}

/** A drawing as an SVG file. */
export function svgFile({ width, height, content }: Drawing): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
    `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="DejaVu Sans, sans-serif">\n${content}</svg>\n`
  );
}
