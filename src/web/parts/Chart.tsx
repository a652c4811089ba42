import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { toneOf } from '../words/outcomeTone.ts';
import { tickTime } from '../words/times.ts';
import { useSettings } from './useSettings.ts';

interface Series {
  readonly name: string;
  readonly counts: readonly number[];
}

const HEIGHT = 200;
const WIDTH_MIN = 280;
/** Lines are told apart without their colours too. */
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [4, 2]] as const;

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const colourOf = (outcome: string): string =>
  colour({ good: 'good', doubt: 'doubt', bad: 'bad', act: 'act', plain: 'faint' }[toneOf(outcome)]);

const dataOf = (starts: readonly string[], series: readonly Series[]): UPlot.AlignedData => [
  starts.map((start) => Date.parse(start) / 1000),
  ...series.map(({ counts }) => [...counts]),
];

const DAY_SECONDS = 86_400;

/** Days or clock times of the zone. */
const ticksOf =
  (zone: string) =>
  (_: UPlot, splits: readonly number[], __: number, ___: number, stepSeconds: number): string[] =>
    splits.map((seconds) => tickTime(seconds * 1000, zone, stepSeconds >= DAY_SECONDS));

interface ChartProps {
  /** What is drawn, for who does not see it. */
  readonly label: string;
  /** Where each bucket begins. */
  readonly starts: readonly string[];
  readonly series: readonly Series[];
  /** An IANA name. */
  readonly zone: string;
}

/** Counts over time, drawn; a table beside it has the figures. */
export function Chart({ label, starts, series, zone }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | null>(null);
  const { look } = useSettings();
  const names = series.map(({ name }) => name).join('\n');
  const latest = useRef({ starts, series });
  latest.current = { starts, series };
  // biome-ignore lint/correctness/useExhaustiveDependencies: another look has other colours
  useEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const axis = { stroke: colour('faint'), grid: { stroke: colour('line'), width: 1 }, ticks: { stroke: colour('line'), width: 1 } };
    const lines = names.split('\n').map((name, at) => ({
      label: name,
      stroke: colourOf(name),
      dash: [...(DASHES[at % DASHES.length] ?? [])],
      width: 2,
      points: { show: false },
    }));
    const made = new UPlot(
      {
        ...{
          width: Math.max(WIDTH_MIN, element.clientWidth),
          height: HEIGHT,
          series: [{}, ...lines],
          axes: [{ ...axis, values: ticksOf(zone) }, axis],
        },
        ...{
          legend: { show: true, live: false },
          cursor: { drag: { x: true, y: false } },
          scales: { y: { range: (_: UPlot, __: number, max: number) => [0, Math.max(1, max)] } },
          tzDate: (seconds: number) => UPlot.tzDate(new Date(seconds * 1000), zone),
        },
      },
      dataOf(latest.current.starts, latest.current.series),
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
  }, [names, zone, look]);
  useEffect(() => {
    chart.current?.setData(dataOf(starts, series));
  }, [starts, series]);
  return <div ref={frame} className="chart" role="img" aria-label={label} />;
}
