import { Skeleton, Stack, VisuallyHidden } from "@mantine/core";

/** Lines where a list will be. */
export function Skeletons({ lines = 6, height = 36 }: { lines?: number; height?: number }) {
  return (
    <Stack gap={6} aria-busy="true">
      <VisuallyHidden role="status">Loading</VisuallyHidden>
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} height={height} radius="sm" style={{ opacity: 1 - index / (lines + 1) }} />
      ))}
    </Stack>
  );
}
