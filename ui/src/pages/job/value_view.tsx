// Arguments or a result: as a tree, or as the text it is.
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";

import type { Json } from "../../api/types";
import { CopyButton, downloadText } from "../../components/basics";
import { JsonTree } from "../../components/json_tree";
import { bytes } from "../../state/formats";
import { texts } from "../../texts";

const MOST_RAW = 200_000; // characters shown; all are copied and downloaded

export function ValueView(props: { title: string; value: Json; file: string }): JSX.Element {
  const [raw, setRaw] = useState(false);
  const text = useMemo(() => JSON.stringify(props.value, null, 2), [props.value]);
  return (
    <section class="card">
      <header>
        <h2>{props.title}</h2>
        <div class="actions">
          <button type="button" class="small" aria-pressed={raw} onClick={() => setRaw(!raw)}>
            {texts.job.raw}
          </button>
          <CopyButton text={text} />
          <button
            type="button"
            class="small"
            onClick={() => downloadText(props.file, text, "application/json")}
          >
            {texts.actions.download}
          </button>
        </div>
      </header>
      {raw ? (
        <>
          <pre class="block wrap" tabIndex={0}>
            {text.slice(0, MOST_RAW)}
          </pre>
          {text.length > MOST_RAW && (
            <p class="quiet">{texts.job.rawCut(bytes(MOST_RAW), bytes(text.length))}</p>
          )}
        </>
      ) : (
        <JsonTree value={props.value} />
      )}
    </section>
  );
}
