import { Ask } from "@/shared/ui/Ask";

/** Asks before a link that was printed is followed. */
export const FollowLink = ({ link, onClose }: { link: URL; onClose: () => void }) => (
  <Ask
    title="Follow this link?"
    explained={`What was printed wants to lead you to ${link.host}. It opens in another tab.`}
    shown={link.href}
    yes="Open it"
    onYes={() => window.open(link.href, "_blank", "noopener,noreferrer")}
    onClose={onClose}
  />
);
