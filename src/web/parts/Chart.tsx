import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { toneOf } from '../words/outcomeTone.ts';
import { useSettings } from './useSettings.ts';

interface Series {
  readonly name: string;
  readonly counts: readonly number[];
}

const HEIGHT = 200;
const WIDTH_MIN = 280;

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const colourOf = (outcome: string): string =>
  colour({ good: 'good', doubt: 'doubt', bad: 'bad', act: 'act', plain: 'faint' }[toneOf(outcome)]);

function dataOf(series: readonly Series[], step: number): UPlot.AlignedData {
  const length = series[0]?.counts.length ?? 0;
  const now = Math.floor(Date.now() / 1000);
  const times = Array.from({ length }, (_, at) => now - (length - at) * step);
  return [times, ...series.map(({ counts }) => counts.map((count) => count / step))];
}

/** Rates over time, drawn; a table beside it has the figures. */
export function Chart({ series, step }: { series: readonly Series[]; step: number }) {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | null>(null);
  const { look } = useSettings();
  const names = series.map(({ name }) => name).join('\n');
  const latest = useRef(series);
  latest.current = series;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another look has other colours
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const axis = { stroke: colour('faint'), grid: { stroke: colour('line'), width: 1 }, ticks: { stroke: colour('line'), width: 1 } };
    const lines = names.split('\n').map((name) => ({ label: name, stroke: colourOf(name), width: 2, points: { show: false } }));
    const made = new UPlot(
      {
        ...{ width: Math.max(WIDTH_MIN, element.clientWidth), height: HEIGHT, series: [{}, ...lines], axes: [axis, axis] },
        ...{
          legend: { show: true, live: false },
          cursor: { drag: { x: true, y: false } },
          scales: { y: { range: (_: UPlot, __: number, max: number) => [0, Math.max(1, max)] } },
        },
      },
      dataOf(latest.current, step),
      element,
    );
    chart.current = made;
    const sized = new ResizeObserver(() => made.setSize({ width: Math.max(WIDTH_MIN, element.clientWidth), height: HEIGHT }));
    sized.observe(element);
    return () => {
      sized.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [names, step, look]);
  useEffect(() => {
    chart.current?.setData(dataOf(series, step));
  }, [series, step]);
  return <div ref={frame} className="chart" role="img" aria-label={`Decisions a second: ${series.map(({ name }) => name).join(', ')}`} />;
}
