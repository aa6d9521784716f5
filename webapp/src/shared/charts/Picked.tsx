import { Button, CloseButton } from "@mantine/core";
import { IconZoomIn } from "@tabler/icons-react";
import type { ReactNode } from "react";

import { bucketName } from "@/shared/time/wording";

import type { ChartData } from "./series";

import classes from "./charts.module.css";

interface PickedProps {
  data: ChartData;
  index: number;
  end: number;
  zoom: ((from: number, to: number) => void) | undefined;
  links: ((from: number, to: number) => ReactNode) | undefined;
  close: () => void;
}

/** A bucket that was clicked at, and where one can go from it. */
export function Picked({ data, index, end, zoom, links, close }: PickedProps) {
  const begin = data.at[index] ?? 0;
  return (
    <div className={classes.picked} role="status">
      <strong>{bucketName(data.bucket, begin)}</strong>
      {zoom && data.bucket !== "HOUR" && (
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconZoomIn size={14} aria-hidden />}
          onClick={() => zoom(begin, end)}
        >
          Zoom in
        </Button>
      )}
      {links?.(begin, end)}
      <CloseButton size="sm" aria-label="Put it down" onClick={close} ml="auto" />
    </div>
  );
}
