// What a worker's programs print: the end of the file, and what is added to it.
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { ApiError, path, request } from "../../api/client";
import { ErrorBox } from "../../components/basics";
import { useEvery } from "../../state/resource";
import { texts } from "../../texts";
import { parseAnsi } from "../log/ansi";

const FIRST_BYTES = 64 << 10;
const MOST_CHARACTERS = 1 << 20;
const EVERY_MS = 3000;

export function OutputView(props: { worker: string; alive: boolean }): JSX.Element {
  const [text, setText] = useState("");
  const [error, setError] = useState<unknown>();
  const [missing, setMissing] = useState(false);
  const [wanted, setWanted] = useState<boolean>(); // by the reader
  const follow = wanted ?? props.alive;
  const next = useRef<number | undefined>(undefined); // where to read on
  const busy = useRef(false);
  const box = useRef<HTMLPreElement>(null);

  const read = async () => {
    if (busy.current) return;
    busy.current = true;
    const range = next.current === undefined ? `bytes=-${FIRST_BYTES}` : `bytes=${next.current}-`;
    try {
      const answer = await request("GET", path`/workers/${props.worker}/log`, {
        headers: { Range: range },
      });
      const end = /bytes \d+-(\d+)\//.exec(answer.headers.get("Content-Range") ?? "");
      const bytes = await answer.arrayBuffer();
      next.current = end ? Number(end[1]) + 1 : bytes.byteLength;
      const added = new TextDecoder().decode(bytes);
      setText((before) => (before + added).slice(-MOST_CHARACTERS));
      setError(undefined);
    } catch (problem) {
      const status = problem instanceof ApiError ? problem.status : 0;
      // 416: nothing was added.
      if (status === 404) setMissing(true);
      else if (status !== 416) setError(problem);
    } finally {
      busy.current = false;
    }
  };
  useEffect(() => void read(), [props.worker]);
  useEvery(EVERY_MS, () => follow && !missing && void read());
  useEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text, follow]);

  if (missing) return <p class="quiet">{texts.workers.noOutput}</p>;
  return (
    <>
      {error !== undefined && <ErrorBox error={error} retry={() => void read()} />}
      <label class="inline">
        <input
          type="checkbox"
          checked={follow}
          onChange={(event) => setWanted(event.currentTarget.checked)}
        />
        {texts.workers.follow}
      </label>
      <pre
        ref={box}
        class="block wrap"
        tabIndex={0}
        role="region"
        aria-label={texts.workers.output}
      >
        {parseAnsi(text).map((piece, i) => (
          <span key={i} class={piece.classes}>
            {piece.text}
          </span>
        ))}
      </pre>
    </>
  );
}
