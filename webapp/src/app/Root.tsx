import { useNotifications } from "@mantine/notifications";
import { Outlet } from "@tanstack/react-router";

import { useLater } from "./shell/useLater";

const load = () => import("./Toasts");

/** What is around every page; toasts lie within the router, as they have links. */
export function Root() {
  const { notifications } = useNotifications();
  const later = useLater(load, notifications.length > 0);
  return (
    <>
      {later && <later.Toasts />}
      <Outlet />
    </>
  );
}
