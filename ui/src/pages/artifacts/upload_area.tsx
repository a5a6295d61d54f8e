// Takes files by drop or choice and uploads them one after the other.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";

import { ApiError, upload } from "../../api/client";
import { ErrorBox } from "../../components/basics";
import { Confirm } from "../../components/dialog";
import { toast } from "../../components/toasts";
import { texts } from "../../texts";

interface Sending {
  name: string;
  share: number; // 0 to 1
  abort: () => void;
}

export function UploadArea(props: { onUploaded: () => void }): JSX.Element {
  const [over, setOver] = useState(false);
  const [sending, setSending] = useState<Sending | undefined>();
  const [taken, setTaken] = useState<File | undefined>();
  const [error, setError] = useState<unknown>();
  const input = useRef<HTMLInputElement>(null);

  const send = async (file: File, force: boolean) => {
    const call = upload("/artifacts", file, { force }, (sent, total) =>
      setSending((now) => now && { ...now, share: sent / Math.max(total, 1) }),
    );
    setSending({ name: file.name, share: 0, abort: call.abort });
    try {
      await call.done;
      toast(texts.artifacts.uploaded(file.name));
      props.onUploaded();
    } finally {
      setSending(undefined);
    }
  };
  const take = async (files: Iterable<File>) => {
    setError(undefined);
    for (const file of files) {
      try {
        await send(file, false);
      } catch (problem) {
        if (problem instanceof ApiError && problem.status === 409) setTaken(file);
        else setError(problem);
        return;
      }
    }
  };

  return (
    <div class="stack">
      <div
        class={`upload${over ? " over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void take(event.dataTransfer?.files ?? []);
        }}
      >
        <span>{texts.artifacts.drop}</span>
        <button
          type="button"
          disabled={sending !== undefined}
          onClick={() => input.current?.click()}
        >
          {texts.artifacts.choose}
        </button>
        <input
          ref={input}
          type="file"
          multiple
          class="visually-hidden"
          tabIndex={-1}
          aria-label={texts.artifacts.choose}
          onChange={(event) => {
            const files = [...(event.currentTarget.files ?? [])];
            event.currentTarget.value = "";
            void take(files);
          }}
        />
      </div>
      {sending && (
        <div class="actions" role="status">
          <label class="field sending">
            {texts.artifacts.uploading(sending.name, `${Math.floor(sending.share * 100)} %`)}
            <progress max={1} value={sending.share} />
          </label>
          <button type="button" class="small" onClick={sending.abort}>
            {texts.artifacts.stop}
          </button>
        </div>
      )}
      {error !== undefined && <ErrorBox error={error} />}
      {taken && (
        <Confirm
          title={texts.artifacts.taken(taken.name)}
          action={texts.artifacts.replace}
          work={() => send(taken, true)}
          onClose={() => setTaken(undefined)}
        >
          <p>{texts.artifacts.takenText}</p>
        </Confirm>
      )}
    </div>
  );
}
