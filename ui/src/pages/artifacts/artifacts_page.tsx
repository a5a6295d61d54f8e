import type { JSX } from "preact";
import { useState } from "preact/hooks";

import { get, path, remove, url } from "../../api/client";
import type { ArtifactInfo } from "../../api/types";
import { CopyButton, Empty, ErrorBox, Loading, Page, Text, Time } from "../../components/basics";
import { Confirm } from "../../components/dialog";
import { Link } from "../../components/link";
import { bytes } from "../../state/formats";
import { useResource } from "../../state/resource";
import "../../styles/artifacts.css";
import { texts } from "../../texts";
import { UploadArea } from "./upload_area";
import { groupVersions, type Group } from "./versions";

export default function ArtifactsPage(): JSX.Element {
  const artifacts = useResource(
    (signal) => get<ArtifactInfo[]>("/artifacts", { details: true }, signal),
    "artifacts",
  );
  const [deleting, setDeleting] = useState<ArtifactInfo | undefined>();
  const names = texts.artifacts.columns;
  return (
    <Page title={texts.artifacts.title}>
      <UploadArea onUploaded={artifacts.reload} />
      {artifacts.error && <ErrorBox error={artifacts.error} retry={artifacts.reload} />}
      {!artifacts.data && !artifacts.error && <Loading />}
      {artifacts.data?.length === 0 && (
        <Empty title={texts.artifacts.none}>
          <p>{texts.artifacts.noneHint}</p>
        </Empty>
      )}
      {artifacts.data && artifacts.data.length > 0 && (
        <div class="table-box">
          <table class="cards">
            <thead>
              <tr>
                <th scope="col">{names.name}</th>
                <th scope="col" class="number">
                  {names.bytes}
                </th>
                <th scope="col">{names.created}</th>
                <th scope="col">{names.functions}</th>
                <th>
                  <span class="visually-hidden">{texts.actions.download}</span>
                </th>
              </tr>
            </thead>
            {groupVersions(artifacts.data).map((group) => (
              <GroupRows key={group.name} group={group} onDelete={setDeleting} />
            ))}
          </table>
        </div>
      )}
      {deleting && (
        <Confirm
          title={texts.artifacts.deleteTitle(deleting.name)}
          action={texts.artifacts.deleteAction}
          work={async () => {
            await remove(path`/artifacts/${deleting.name}`);
            artifacts.reload();
          }}
          onClose={() => setDeleting(undefined)}
        >
          {deleting.functions.length > 0 && (
            <p class="box warning">{texts.artifacts.deleteUsed(deleting.functions.join(", "))}</p>
          )}
          <p>{texts.artifacts.deleteText}</p>
        </Confirm>
      )}
    </Page>
  );
}

function GroupRows(props: {
  group: Group;
  onDelete: (artifact: ArtifactInfo) => void;
}): JSX.Element {
  const { group } = props;
  const isGroup = group.versions.length > 1;
  return (
    <tbody>
      {isGroup && (
        <tr class="group-row">
          <th colSpan={5} scope="rowgroup">
            <Text value={group.name} />{" "}
            <span class="quiet">{`${group.versions.length} ${texts.artifacts.columns.versions.toLowerCase()}`}</span>
          </th>
        </tr>
      )}
      {group.versions.map((artifact) => (
        <Row key={artifact.name} artifact={artifact} onDelete={() => props.onDelete(artifact)} />
      ))}
    </tbody>
  );
}

function Row(props: { artifact: ArtifactInfo; onDelete: () => void }): JSX.Element {
  const { artifact } = props;
  const names = texts.artifacts.columns;
  return (
    <tr>
      <td>
        <a href={url(path`/artifacts/${artifact.name}`)} download={artifact.name}>
          <Text value={artifact.name} most={100} />
        </a>
      </td>
      <td class="number" data-label={names.bytes}>
        {bytes(artifact.bytes)}
      </td>
      <td data-label={names.created}>
        {artifact.created === undefined ? texts.artifacts.onDisk : <Time ms={artifact.created} />}
      </td>
      <td data-label={names.functions}>
        {artifact.functions.length === 0 && <span class="quiet">{texts.artifacts.nobody}</span>}
        {artifact.functions.map((name) => (
          <Link key={name} class="list-link" href={`/functions/${encodeURIComponent(name)}`}>
            <Text value={name} most={60} />
          </Link>
        ))}
      </td>
      <td class="wide-cell">
        <span class="actions">
          <Link
            class="button small"
            href={`/functions?artifact=${encodeURIComponent(artifact.name)}`}
          >
            {texts.artifacts.register}
          </Link>
          <CopyButton text={artifact.sha256} label={texts.artifacts.copySha} />
          {artifact.created !== undefined && (
            <button
              type="button"
              class="small danger"
              aria-label={`${texts.artifacts.delete} ${artifact.name}`}
              onClick={props.onDelete}
            >
              {texts.artifacts.delete}
            </button>
          )}
        </span>
      </td>
    </tr>
  );
}
