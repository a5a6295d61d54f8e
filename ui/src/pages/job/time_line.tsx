import type { JSX } from "preact";

import type { Attempt } from "../../api/types";
import { Text, Time } from "../../components/basics";
import { Link } from "../../components/link";
import { now } from "../../state/clock";
import { firstLineOfCause } from "../../state/error_text";
import { duration } from "../../state/formats";
import { texts } from "../../texts";
import { spansOf, type Span } from "./course";

// A bar whose parts are as long as they took; the numbers beside it say the same.
export function TimeLine(props: { attempt: Attempt }): JSX.Element {
  const spans = spansOf(props.attempt);
  const last = (span: Span) => Math.max((span.to ?? now.value) - span.from, 0);
  const total = Math.max(
    spans.reduce((sum, span) => sum + last(span), 0),
    1,
  );
  return (
    <div class="time-line">
      <div class="bar" aria-hidden="true">
        {spans.map((span) => (
          // Never too short to be seen.
          <span
            key={`${span.phase}${span.from}`}
            class={`phase-${span.phase}${span.to === undefined ? " open" : ""}`}
            style={{ flexGrow: Math.max(last(span) / total, 0.015) }}
          />
        ))}
      </div>
      <ul>
        {spans.map((span) => (
          <li key={`${span.phase}${span.from}`}>
            <span class={`dot phase-${span.phase}`} aria-hidden="true" />
            {texts.job.phases[span.phase]} <span class="number">{duration(last(span))}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Attempts(props: { attempts: Attempt[] }): JSX.Element {
  return (
    <section class="card">
      <header>
        <h2>{texts.job.attempts}</h2>
      </header>
      <ol class="attempts">
        {props.attempts.map((attempt) => {
          const end = attempt.steps.at(-1)!;
          return (
            <li key={attempt.attempt}>
              <p>
                <strong>{texts.job.attempt(attempt.attempt)}</strong>{" "}
                {attempt.workerId && (
                  <Link href={`/workers/${encodeURIComponent(attempt.workerId)}`} class="mono">
                    <Text value={attempt.workerId} most={60} />
                  </Link>
                )}{" "}
                <span class="quiet">
                  {end.state} <Time ms={end.time} />
                </span>
              </p>
              <TimeLine attempt={attempt} />
              {end.reason && (
                <details>
                  <summary>
                    <Text value={firstLineOfCause(end.reason)} />
                  </summary>
                  <pre class="block wrap">{end.reason}</pre>
                </details>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
