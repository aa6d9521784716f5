import { createSpotlight } from "@mantine/spotlight";

/** Whether the palette is open; here, so that it can be opened before it has come. */
export const [paletteStore, palette] = createSpotlight();

/** Never open. */
export const [closedStore] = createSpotlight();
