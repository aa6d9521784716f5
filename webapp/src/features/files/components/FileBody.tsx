import { IconBinary, IconFileSymlink } from "@tabler/icons-react";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";

import { bytes } from "@/shared/text/counts";
import { visibleText } from "@/shared/text/visible";
import { Empty } from "@/shared/ui/Empty";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";

import type { CodeViewProps } from "../code/CodeView";
import { contentOf, imageOf } from "../content";
import { nameOf } from "../paths";
import type { LoadedFile } from "../useFile";

import classes from "./Files.module.css";

const CodeView = lazy(() => import("../code/CodeView").then(({ CodeView }) => ({ default: CodeView })));

type FileBodyProps = { file: LoadedFile } & Omit<CodeViewProps, "path" | "content">;

/** What is in a file, as far as it can be shown. */
export function FileBody({ file, ...rest }: FileBodyProps) {
  const isWhole = file.bytes.length >= file.size;
  const content = useMemo(() => contentOf(file.bytes, isWhole), [file.bytes, isWhole]);
  if (file.kind === "LINK")
    return (
      <Empty icon={IconFileSymlink} title="A link">
        It points to{" "}
        <span className="mono">
          <SafeText text={content.text} />
        </span>
        . It is not followed here.
      </Empty>
    );
  if (file.binary) return isWhole && imageOf(file.bytes) ? <Picture file={file} /> : <Binary file={file} />;
  return (
    <div className={classes.body}>
      <Suspense fallback={<Skeletons lines={10} height={18} />}>
        <CodeView key={`${file.path}\n${content.lineBreak}`} path={file.path} content={content} {...rest} />
      </Suspense>
    </div>
  );
}

function Binary({ file }: { file: LoadedFile }) {
  return (
    <Empty icon={IconBinary} title={`A binary file, ${bytes(file.size)}`}>
      Download it to look into it.
    </Empty>
  );
}

/** Only of kinds that hold no programs, and as a picture: nothing in it can run or be followed. */
function Picture({ file }: { file: LoadedFile }) {
  const [address, setAddress] = useState<string>();
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([file.bytes], { type: imageOf(file.bytes) }));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [file.bytes]);
  if (broken) return <Binary file={file} />;
  return (
    <div className={`${classes.body} ${classes.picture}`}>
      {address && <img src={address} alt={visibleText(nameOf(file.path))} onError={() => setBroken(true)} />}
    </div>
  );
}
