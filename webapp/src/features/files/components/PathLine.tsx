import { CopyButton, Tooltip, UnstyledButton } from "@mantine/core";
import { IconArrowLeft, IconCheck, IconCopy } from "@tabler/icons-react";
import { Fragment } from "react";

import { useProject } from "@/shared/projects/useProjects";
import { TextLink } from "@/shared/routing/links";
import { SafeText } from "@/shared/ui/SafeText";

import { foldersAbove, nameOf } from "../paths";
import { filesRoute } from "../routes";

import classes from "./Files.module.css";

/** A file's path: each folder leads to it in the tree. */
export function PathLine({ path, at }: { path: string; at: string | undefined }) {
  const { slug } = useProject();
  const { session } = filesRoute.useParams();
  const to = (folder: string) => ({
    to: "/p/$project/sessions/$session/files" as const,
    params: { project: slug, session },
    search: { path: folder ? `${folder}/` : undefined, at },
  });
  return (
    <span className={`${classes.path} mono`}>
      <TextLink {...to("")} aria-label="All files" hiddenFrom="sm" mr={8}>
        <IconArrowLeft size={16} aria-hidden style={{ verticalAlign: "-3px" }} />
      </TextLink>
      {foldersAbove(path).map((folder) => (
        <Fragment key={folder}>
          <TextLink {...to(folder)}>
            <SafeText text={nameOf(folder)} />
          </TextLink>
          {" / "}
        </Fragment>
      ))}
      <strong>
        <SafeText text={nameOf(path)} />
      </strong>{" "}
      <CopyButton value={path}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? "Copied" : "Copy path"}>
            <UnstyledButton onClick={copy} aria-label="Copy path">
              {copied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}
            </UnstyledButton>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  );
}
