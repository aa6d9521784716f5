import { Badge, Tooltip } from "@mantine/core";
import { IconBan, IconCircleCheck, IconClockOff } from "@tabler/icons-react";

import { useViewer } from "@/shared/graphql/useViewer";
import { counted } from "@/shared/text/counts";
import { useNow } from "@/shared/time/clock";
import { CopyId } from "@/shared/ui/CopyId";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { SafeText } from "@/shared/ui/SafeText";
import { Status, type StatusLook } from "@/shared/ui/Status";
import { Time } from "@/shared/ui/Time";

import type { TokenRowFragment } from "../api/TokenRow.generated";
import { type Standing, shownName, standingOf } from "../standing";
import { RevokeToken } from "./RevokeToken";

const LOOKS: Record<Standing, StatusLook> = {
  good: { tone: "good", icon: IconCircleCheck, label: "good" },
  revoked: { tone: "quiet", icon: IconBan, label: "revoked" },
  expired: { tone: "quiet", icon: IconClockOff, label: "expired" },
};

const columns = (now: number, own: string | undefined, may: boolean): Column<TokenRowFragment>[] => [
  { key: "standing", header: "State", width: "6rem", cell: (token) => <Status {...LOOKS[standingOf(token, now)]} /> },
  {
    key: "name",
    header: "Name",
    width: "minmax(0, 2fr)",
    cell: (token) => (
      <>
        <SafeText text={shownName(token)} />{" "}
        {token.id === own && (
          <Badge size="xs" variant="default">
            this one
          </Badge>
        )}
      </>
    ),
  },
  {
    key: "scopes",
    header: "Scopes",
    width: "minmax(0, 2fr)",
    priority: 3,
    cell: (token) => <Scopes scopes={token.scopes} />,
  },
  { key: "made", header: "Issued", width: "6.5rem", priority: 2, cell: (token) => <Time at={token.createdAt} /> },
  {
    key: "ends",
    header: "Ends",
    width: "6.5rem",
    priority: 2,
    cell: (token) => (token.expiresAt ? <Time at={token.expiresAt} /> : "never"),
  },
  {
    key: "id",
    header: "Id",
    width: "6.5rem",
    priority: 3,
    cell: (token) => <CopyId id={token.id} label="token id" />,
  },
  {
    key: "revoke",
    header: "",
    width: "6rem",
    end: true,
    cell: (token) => may && standingOf(token, now) === "good" && <RevokeToken token={token} isOwn={token.id === own} />,
  },
];

const FEW = 3;

function Scopes({ scopes }: { scopes: readonly string[] }) {
  if (scopes.length <= FEW) return <SafeText text={scopes.join(", ")} />;
  return (
    <Tooltip label={scopes.join(", ")} multiline maw={360}>
      <span>{counted(scopes.length, "scope")}</span>
    </Tooltip>
  );
}

interface TokensTableProps {
  tokens: readonly TokenRowFragment[];
  label: string;
  more?: () => void;
}

export function TokensTable({ tokens, label, more }: TokensTableProps) {
  const { viewer, may } = useViewer();
  const now = useNow();
  return (
    <DataTable
      label={label}
      columns={columns(now, viewer?.tokenId, may("token:write"))}
      rows={tokens}
      rowKey={(token) => token.id}
      more={more}
    />
  );
}
