import { Notifications } from "@mantine/notifications";
import { Outlet } from "@tanstack/react-router";

/** What is around every page; toasts lie within the router, as they have links. */
export function Root() {
  return (
    <>
      <Notifications position="bottom-right" />
      <Outlet />
    </>
  );
}
