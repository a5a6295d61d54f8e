// Next, previous and number of the lines with a text, in the whole log.
import type { Signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";

import { bytes, count } from "../../state/formats";
import { texts } from "../../texts";
import type { LogModel } from "./log_model";
import { countLines, findLine, type Direction } from "./log_search";

const TYPING_MS = 300;

export interface LogSearch {
  text: string;
  setText: (text: string) => void;
  go: (direction: Direction) => void;
  stop: () => void;
  busy: boolean;
  message: string;
}

export function useLogSearch(props: {
  job: string;
  level: string;
  model: LogModel;
  marked: Signal<number | undefined>;
  jump: (offset: number) => void;
}): LogSearch {
  const { job, level, model, marked } = props;
  const [text, setText] = useState("");
  const [number, setNumber] = useState("");
  const [progress, setProgress] = useState("");
  const [busy, setBusy] = useState(false);
  const abort = useRef(new AbortController());
  const stop = () => {
    abort.current.abort();
    setProgress("");
    setBusy(false);
  };
  useEffect(() => () => abort.current.abort(), []);
  // The count comes when nobody types any more.
  useEffect(() => {
    setNumber("");
    if (!text) return;
    const counting = new AbortController();
    const timer = setTimeout(() => {
      countLines(job, { text, level }, counting.signal, (lines, complete) =>
        setNumber(texts.log.found(count(lines), complete)),
      ).catch((error: unknown) => !counting.signal.aborted && setNumber(String(error)));
    }, TYPING_MS);
    return () => {
      clearTimeout(timer);
      counting.abort();
    };
  }, [job, text, level]);

  const go = async (direction: Direction) => {
    if (!text) return;
    stop();
    const mine = new AbortController();
    abort.current = mine;
    setBusy(true);
    const from = startOf(direction, marked.value, model);
    try {
      const line = await findLine(job, { text, level }, direction, from, mine.signal, (at) =>
        setProgress(texts.log.searching(bytes(at))),
      );
      if (mine.signal.aborted) return;
      setProgress(line ? "" : direction === "next" ? texts.log.noNext : texts.log.noPrevious);
      if (line) props.jump(line.offset);
    } catch (error) {
      if (!mine.signal.aborted) setProgress(error instanceof Error ? error.message : String(error));
    } finally {
      if (!mine.signal.aborted) setBusy(false);
    }
  };
  return {
    text,
    setText: (now) => {
      stop();
      setText(now);
    },
    go: (direction) => void go(direction),
    stop,
    busy,
    message: progress || number,
  };
}

// Beside the line that was found last; without one, at the end of the log, where most causes stand.
function startOf(direction: Direction, marked: number | undefined, model: LogModel): number {
  if (marked === undefined)
    return direction === "previous" ? model.fileBytes.value : model.begin.value;
  const line = model.lines.value.find((one) => one.offset === marked);
  return direction === "previous" || !line ? marked : marked + line.bytes;
}
