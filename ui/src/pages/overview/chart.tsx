// A chart over time. The same numbers stand in a table below it, for those who cannot see it.
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { axisTimes, count, duration, moment } from "../../state/formats";
import { shownTheme, timeStyle } from "../../state/preferences";
import { texts } from "../../texts";

export interface Line {
  label: string;
  colour: string; // a variable of the page's colours: "--good"
  values: readonly (number | null)[];
}

const HEIGHT = 180;

export function Chart(props: {
  title: string;
  times: readonly number[]; // milliseconds since the epoch
  lines: readonly Line[];
  unit: "count" | "time";
}): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const show = props.unit === "time" ? duration : count;
  const theme = shownTheme.value;
  const style = timeStyle.value;
  useEffect(() => {
    const host = box.current!;
    const page = getComputedStyle(document.documentElement);
    const colour = (name: string) => page.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--quiet"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { show: false },
    };
    const plot = new uPlot(
      {
        width: host.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { y: false },
        // Days begin where they do for the reader.
        tzDate: (seconds) => {
          const date = new Date(seconds * 1000);
          return style === "utc" ? uPlot.tzDate(date, "Etc/UTC") : date;
        },
        axes: [
          {
            ...axis,
            values: (_, marks, __, ___, step) =>
              axisTimes(
                marks.map((seconds) => seconds * 1000),
                step * 1000,
                style,
              ),
          },
          { ...axis, size: 64, values: (_, values) => values.map((value) => show(value)) },
        ],
        scales: { y: { range: (_, __, max) => [0, Math.max(max || 0, 1) * 1.05] } },
        series: [
          {},
          ...props.lines.map((line) => ({
            label: line.label,
            stroke: colour(line.colour),
            width: 2,
          })),
        ],
      },
      [props.times.map((time) => time / 1000), ...props.lines.map((line) => [...line.values])],
      host,
    );
    const watcher = new ResizeObserver(() =>
      plot.setSize({ width: host.clientWidth, height: HEIGHT }),
    );
    watcher.observe(host);
    return () => {
      watcher.disconnect();
      plot.destroy();
    };
  }, [props.times, props.lines, theme, style]);
  return (
    <figure class="card chart">
      <figcaption>
        <h2>{props.title}</h2>
        <ul class="legend">
          {props.lines.map((line) => (
            <li key={line.label}>
              <span class={`key ${line.colour.slice(2)}`} aria-hidden="true" />
              {line.label} <span class="number">{latest(line.values, show)}</span>
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={box} class="plot" aria-hidden="true" />
      <details>
        <summary>{texts.overview.numbers}</summary>
        <div class="table-box chart-table" tabIndex={0}>
          <table>
            <caption class="visually-hidden">{props.title}</caption>
            <thead>
              <tr>
                <th scope="col">{texts.overview.time}</th>
                {props.lines.map((line) => (
                  <th key={line.label} scope="col" class="number">
                    {line.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {props.times.map((time, i) => (
                <tr key={time}>
                  <th scope="row">{moment(time, style)}</th>
                  {props.lines.map((line) => (
                    <td key={line.label} class="number">
                      {shown(line.values[i], show)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}

function shown(value: number | null | undefined, show: (value: number) => string): string {
  return value === null || value === undefined ? texts.none : show(value);
}

function latest(values: readonly (number | null)[], show: (value: number) => string): string {
  return shown(
    values.findLast((value) => value !== null),
    show,
  );
}
