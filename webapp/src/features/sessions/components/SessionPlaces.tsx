import { Group } from "@mantine/core";
import { type Icon, IconFileDiff, IconFiles, IconPlayerPlay, IconSearch } from "@tabler/icons-react";

import { useProject } from "@/shared/projects/useProjects";
import { searchAddress, sessionPlace } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { uuidOf } from "@/shared/text/ids";

interface Place {
  /** As it stands in the address, below the session. */
  place: string;
  label: string;
  icon: Icon;
}

const PLACES: readonly Place[] = [
  // one a line
  { place: "files", label: "Files", icon: IconFiles },
  { place: "changes", label: "Changes", icon: IconFileDiff },
  { place: "replay", label: "Replay", icon: IconPlayerPlay },
];

/** Ways to the other pages about a session. */
export function SessionPlaces({ sessionId }: { sessionId: string }) {
  const { slug } = useProject();
  return (
    <Group component="nav" aria-label="More of this session" gap="md">
      {PLACES.map(({ place, ...shown }) => (
        <Way key={place} {...shown} href={sessionPlace(slug, sessionId, place)} />
      ))}
      <Way label="Search" icon={IconSearch} href={searchAddress(slug, { session: uuidOf(sessionId) })} />
    </Group>
  );
}

function Way({ label, icon: Shape, href }: Omit<Place, "place"> & { href: string }) {
  return (
    <HrefLink href={href} size="sm">
      <Group component="span" gap={6}>
        <Shape size={16} aria-hidden />
        {label}
      </Group>
    </HrefLink>
  );
}
