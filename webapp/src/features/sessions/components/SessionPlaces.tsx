import { Group } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";

import { useProject } from "@/shared/projects/useProjects";
import { sessionPlace } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";

interface Place {
  /** As it stands in the address, below the session. */
  place: string;
  label: string;
  icon: Icon;
}

const PLACES: readonly Place[] = [
  // one a line
];

/** Ways to the other pages about a session. */
export function SessionPlaces({ sessionId }: { sessionId: string }) {
  const { slug } = useProject();
  return (
    <Group component="nav" aria-label="More of this session" gap="md">
      {PLACES.map(({ place, label, icon: Shape }) => (
        <HrefLink key={place} href={sessionPlace(slug, sessionId, place)} size="sm">
          <Group component="span" gap={6}>
            <Shape size={16} aria-hidden />
            {label}
          </Group>
        </HrefLink>
      ))}
    </Group>
  );
}
