import { ActionIcon, Menu, SegmentedControl, Text, useMantineColorScheme } from "@mantine/core";
import { IconKeyboard, IconLogout, IconUser } from "@tabler/icons-react";

import { useViewer } from "@/shared/graphql/useViewer";
import { logOut } from "@/shared/session/logOut";
import { SafeText } from "@/shared/ui/SafeText";

import { openKeyboardHelp } from "./KeyboardHelp";

export function AccountMenu() {
  const { viewer } = useViewer();
  return (
    <Menu position="bottom-end" width={224} keepMounted={false}>
      <Menu.Target>
        <ActionIcon variant="default" size={30} aria-label="Account and appearance">
          <IconUser size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          Logged in as <SafeText text={viewer?.name ?? ""} />
        </Menu.Label>
        <Appearance />
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconKeyboard size={16} aria-hidden />}
          rightSection={<Text size="xs">?</Text>}
          onClick={openKeyboardHelp}
        >
          Keyboard
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void logOut()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      fullWidth
      size="xs"
      aria-label="Colours"
      value={colorScheme}
      onChange={(value) => setColorScheme(value as typeof colorScheme)}
      data={[
        { value: "auto", label: "Auto" },
        { value: "light", label: "Light" },
        { value: "dark", label: "Dark" },
      ]}
    />
  );
}
