import { Anchor, Code } from "@mantine/core";
import type { Nodes, Parents } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { type ReactNode, useMemo } from "react";

import { SafeText } from "@/shared/ui/SafeText";

import classes from "./Markdown.module.css";

const MOST_NESTED = 40;

/**
 * Markdown that anybody may have written. HTML in it is text, images are links, links lead to the web only, and every
 * piece of text is shown as it is.
 */
export function Markdown({ text }: { text: string }) {
  const tree = useMemo(() => fromMarkdown(text), [text]);
  return <div className={classes.markdown}>{drawn(tree, 0)}</div>;
}

const children = (node: Parents, depth: number): ReactNode[] =>
  node.children.map((child, index) => <Drawn key={index} node={child} depth={depth + 1} />);

const Drawn = ({ node, depth }: { node: Nodes; depth: number }) => drawn(node, depth);

function drawn(node: Nodes, depth: number): ReactNode {
  if (depth > MOST_NESTED) return "…";
  switch (node.type) {
    case "root":
      return children(node, depth);
    case "paragraph":
      return <p>{children(node, depth)}</p>;
    case "heading":
      return <h3>{children(node, depth)}</h3>;
    case "text":
      return <SafeText text={node.value} />;
    case "html":
      return <SafeText text={node.value} />;
    case "emphasis":
      return <em>{children(node, depth)}</em>;
    case "strong":
      return <strong>{children(node, depth)}</strong>;
    case "inlineCode":
      return (
        <Code>
          <SafeText text={node.value} />
        </Code>
      );
    case "code":
      return (
        <pre>
          <SafeText text={node.value} />
        </pre>
      );
    case "blockquote":
      return <blockquote>{children(node, depth)}</blockquote>;
    case "list":
      return node.ordered ? (
        <ol start={node.start ?? undefined}>{children(node, depth)}</ol>
      ) : (
        <ul>{children(node, depth)}</ul>
      );
    case "listItem":
      return <li>{children(node, depth)}</li>;
    case "thematicBreak":
      return <hr />;
    case "break":
      return <br />;
    case "link":
      return <Outward url={node.url}>{children(node, depth)}</Outward>;
    case "image":
      return (
        <Outward url={node.url}>
          <SafeText text={node.alt || node.url} />
        </Outward>
      );
    default:
      return "children" in node ? children(node, depth) : null;
  }
}

function Outward({ url, children: shown }: { url: string; children: ReactNode }) {
  if (!/^https?:\/\//i.test(url)) return <>{shown}</>;
  return (
    <Anchor href={url} target="_blank" rel="noopener noreferrer nofollow" inherit underline="always" title={url}>
      {shown}
    </Anchor>
  );
}
