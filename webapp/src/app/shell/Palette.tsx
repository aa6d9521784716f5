import { Button, Kbd, VisuallyHidden } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useSpotlight } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";

import { palette, paletteStore } from "./paletteStore";
import { useLater } from "./useLater";

export function PaletteButton() {
  return (
    <Button
      variant="default"
      size="xs"
      px={8}
      onClick={palette.open}
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={
        <Kbd size="xs" visibleFrom="sm">
          Ctrl K
        </Kbd>
      }
    >
      <span className="mantine-visible-from-sm">Search</span>
      <span className="mantine-hidden-from-sm">
        <VisuallyHidden>Search</VisuallyHidden>
      </span>
    </Button>
  );
}

const load = () => import("./PaletteDialog");

/** Its keys, and the palette itself once it is here. */
export function Palette() {
  const { opened } = useSpotlight(paletteStore);
  useHotkeys([
    ["mod + K", palette.open],
    ["/", palette.open],
  ]);
  const later = useLater(load, opened);
  return later ? <later.PaletteDialog /> : null;
}
