import { visible } from "@/shared/text/visible";

import classes from "./SafeText.module.css";

/** Text that anybody may have written: what would not be seen, or would turn the line around, is shown as what it is. */
export function SafeText({ text }: { text: string }) {
  return (
    <bdi className={classes.text}>
      {visible(text).map((piece, index) =>
        piece.hidden ? (
          <span key={index} className={classes.hidden} title="A character that cannot be seen">
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </bdi>
  );
}
